using System.Buffers;
using System.Text.Json;
using PinScheduler.Landing;

namespace PinScheduler.Inspection.Tracing;

/// <summary>Reads single lines of landing files and of their dead letters.</summary>
internal sealed class FileLines(LandingFolder folder)
{
    private const int BufferSize = 256 * 1024;

    /// <summary>The line of that number, from 1; null where the file has fewer or is not there.</summary>
    public async Task<byte[]?> ReadAsync(string path, long line, CancellationToken cancellationToken)
    {
        if (!File.Exists(folder.FullPath(path)))
        {
            return null;
        }

        await using var file = folder.OpenRead(path);
        var (buffer, found, at) = (ArrayPool<byte>.Shared.Rent(BufferSize), new ArrayBufferWriter<byte>(), 1L);
        try
        {
            while (await file.ReadAsync(buffer, cancellationToken) is var read and > 0)
            {
                if (Take(buffer.AsSpan(0, read), line, ref at, found))
                {
                    return found.WrittenSpan.ToArray();
                }
            }

            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>How many dead letters stand before an offset, and its own line and reason where it is one.</summary>
    public async Task<(long Before, long? Line, string? Reason)> DeadLettersAsync(string path, long offset, CancellationToken cancellationToken)
    {
        var before = 0L;
        await foreach (var line in File.ReadLinesAsync(folder.FullPath(LandingFileName.DeadLettersOf(path)), cancellationToken))
        {
            using var letter = JsonDocument.Parse(line);
            if (letter.RootElement.GetProperty("offset").GetInt64() is var at && at >= offset)
            {
                return at == offset ? (before, before + 1, letter.RootElement.GetProperty("reason").GetString()) : (before, null, null);
            }

            before++;
        }

        return (before, null, null);
    }

    // true: the line is whole
    private static bool Take(ReadOnlySpan<byte> bytes, long line, ref long at, ArrayBufferWriter<byte> found)
    {
        while (at < line)
        {
            var end = bytes.IndexOf((byte)'\n');
            if (end < 0)
            {
                return false;
            }

            bytes = bytes[(end + 1)..];
            at++;
        }

        var rest = bytes.IndexOf((byte)'\n');
        found.Write(rest < 0 ? bytes : bytes[..rest]);
        return rest >= 0;
    }
}
