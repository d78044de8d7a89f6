using System.IO.Hashing;

namespace PinScheduler.Stages.Clean.Loading;

/// <summary>The lines of a stream, in place, through one buffer that grows with the longest line.</summary>
internal sealed class LineReader(Stream stream)
{
    private readonly XxHash128 _hash = new();
    private byte[] _buffer = new byte[256 * 1024];
    private int _start;
    private int _end;
    private int _searched;
    private bool _ended;

    /// <summary>Counts from 1, blank lines included.</summary>
    public long Number { get; private set; }

    /// <summary>Of all that was read so far, as the ledger keeps it.</summary>
    public string Checksum => Convert.ToHexStringLower(_hash.GetCurrentHash());

    /// <summary>False where more must be read first; the span holds until then.</summary>
    public bool TryTake(out ReadOnlySpan<byte> line)
    {
        var found = _buffer.AsSpan(_searched, _end - _searched).IndexOf((byte)'\n');
        if (found >= 0)
        {
            line = _buffer.AsSpan(_start, _searched + found - _start);
            _start = _searched = _searched + found + 1;
            Number++;
            return true;
        }

        _searched = _end;
        if (_ended && _end > _start)
        {
            line = _buffer.AsSpan(_start, _end - _start);
            _start = _end;
            Number++;
            return true;
        }

        line = default;
        return false;
    }

    /// <summary>False at the end, when no line is left.</summary>
    public async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        if (_ended)
        {
            return false;
        }

        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _searched -= _start;
            _start = 0;
        }

        if (_end == _buffer.Length)
        {
            Array.Resize(ref _buffer, checked(_buffer.Length * 2));
        }

        var read = await stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
        _hash.Append(_buffer.AsSpan(_end, read));
        _end += read;
        _ended = read == 0;
        return !_ended || _end > 0;
    }
}
