using System.Buffers;
using System.IO.Hashing;
using Microsoft.Win32.SafeHandles;

namespace PinScheduler.Landing;

/// <summary>A new file, written from its beginning to its end through a buffer of its own and hashed on the way.</summary>
internal sealed class AppendFile(string path) : IDisposable
{
    // kafka.md §4: 64 KiB costs 10 %, 1 MiB gains nothing
    private const int BufferSize = 256 * 1024;

    private readonly XxHash128 _hash = new();
    private byte[]? _buffer;
    private SafeFileHandle? _handle;
    private int _buffered;
    private long _written;

    public string Path { get; } = path;

    public long Length => _written + _buffered;

    /// <summary>Of all that was flushed.</summary>
    public string Checksum => Convert.ToHexStringLower(_hash.GetCurrentHash());

    public void Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            _buffer ??= ArrayPool<byte>.Shared.Rent(BufferSize);
            var part = bytes[..Math.Min(bytes.Length, BufferSize - _buffered)];
            part.CopyTo(_buffer.AsSpan(_buffered));
            _buffered += part.Length;
            bytes = bytes[part.Length..];
            if (_buffered == BufferSize)
            {
                Write();
            }
        }
    }

    /// <summary>All of it is in the file; an empty one exists from then on.</summary>
    public void Write()
    {
        _handle ??= File.OpenHandle(Path, FileMode.CreateNew, FileAccess.Write, FileShare.Read);
        var bytes = _buffer.AsSpan(0, _buffered);
        _hash.Append(bytes);
        RandomAccess.Write(_handle, bytes, _written);
        _written += _buffered;
        _buffered = 0;
    }

    public void FlushToDisk() => RandomAccess.FlushToDisk(_handle!);

    public void Dispose()
    {
        _handle?.Dispose();
        _handle = null;
        if (_buffer is not null)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = null;
        }
    }
}
