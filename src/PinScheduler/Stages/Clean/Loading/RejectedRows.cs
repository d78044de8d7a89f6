using System.Text;
using PinScheduler.Stages.Clean.Rules;

namespace PinScheduler.Stages.Clean.Loading;

/// <summary>A file's rejected records as rows of rejected_record: it is read once more for them, so that nobody need keep them.</summary>
internal sealed class RejectedRows(LineReader lines, LineCleaner cleaner, RowBuffer buffer, RejectedFile file) : LoadStream(buffer)
{
    private const int ChunkBytes = 1024 * 1024;
    private const int LongestReason = 255;

    private readonly RowBuffer _discarded = new();
    private bool _taken;

    protected override async Task<bool> FillAsync(CancellationToken cancellationToken)
    {
        _taken = false;
        do
        {
            TakeLines();
        }
        while (Buffer.Length < ChunkBytes && await lines.ReadAsync(cancellationToken));

        return Buffer.Length > 0;
    }

    protected override bool TryNextLine(out ReadOnlyMemory<byte> line)
    {
        line = _taken ? default : Buffer.Memory(0, Buffer.Length);
        _taken = true;
        return !line.IsEmpty;
    }

    private void TakeLines()
    {
        while (Buffer.Length < ChunkBytes && lines.TryTake(out var line))
        {
            _discarded.Clear();
            if (LineCleaner.IsBlank(line) || cleaner.Clean(line, _discarded, out _) is not { } reason)
            {
                continue;
            }

            Buffer.BeginRow();
            Buffer.Text(Encoding.UTF8.GetBytes(file.DataSet));
            Buffer.Text(Encoding.UTF8.GetBytes(file.Path));
            Buffer.Whole(lines.Number);
            Buffer.Text(Encoding.UTF8.GetBytes(reason.Length <= LongestReason ? reason : reason[..LongestReason]));
            // a column of text takes valid UTF-8 only; the file keeps the bytes
            Buffer.Text(System.Text.Unicode.Utf8.IsValid(line) ? line : Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(line)));
            Buffer.Whole(file.Source);
            Buffer.Text(Encoding.UTF8.GetBytes(file.Rules));
            Buffer.EndRow();
            Rows++;
        }
    }
}

/// <summary>What the rows of a file's rejects have in common.</summary>
internal sealed record RejectedFile(long Source, string DataSet, string Path, string Rules);
