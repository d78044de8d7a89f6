using System.Text;
using PinScheduler.Stages.Clean.Facts;
using PinScheduler.Stages.Clean.Rules;

namespace PinScheduler.Stages.Clean.Loading;

/// <summary>A file's rejected records as rows of rejected_record: it is read once more for them, so that nobody need keep them.</summary>
internal sealed class RejectedRows(LineReader lines, LineCleaner cleaner, RowBuffer buffer, RejectedFile file) : LoadStream
{
    private const int ChunkBytes = 1024 * 1024;
    private const int LongestReason = 255;

    private readonly RowBuffer _discarded = new();
    private readonly FactRow _none = new(null);
    // what stands in the buffer before the first chunk is not ours
    private bool _taken = true;

    protected override async Task<bool> FillAsync(CancellationToken cancellationToken)
    {
        _taken = false;
        buffer.Clear();
        do
        {
            TakeLines();
        }
        while (buffer.Length < ChunkBytes && await lines.ReadAsync(cancellationToken));

        return buffer.Length > 0;
    }

    protected override bool TryNextLine(out ReadOnlyMemory<byte> line)
    {
        line = _taken ? default : buffer.Memory(0, buffer.Length);
        _taken = true;
        return !line.IsEmpty;
    }

    private void TakeLines()
    {
        while (buffer.Length < ChunkBytes && lines.TryTake(out var line))
        {
            _discarded.Clear();
            if (LineCleaner.IsBlank(line) || cleaner.Clean(line, _discarded, _none, out _) is not { } reason)
            {
                continue;
            }

            buffer.BeginRow();
            buffer.Text(Encoding.UTF8.GetBytes(file.DataSet));
            buffer.Text(Encoding.UTF8.GetBytes(file.Path));
            buffer.Whole(lines.Number);
            buffer.Text(Encoding.UTF8.GetBytes(reason.Length <= LongestReason ? reason : reason[..LongestReason]));
            // a column of text takes valid UTF-8 only; the file keeps the bytes
            buffer.Text(System.Text.Unicode.Utf8.IsValid(line) ? line : Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(line)));
            buffer.Whole(file.Source);
            buffer.Text(Encoding.UTF8.GetBytes(file.Rules));
            buffer.EndRow();
            Rows++;
        }
    }
}

/// <summary>What the rows of a file's rejects have in common.</summary>
internal sealed record RejectedFile(long Source, string DataSet, string Path, string Rules);
