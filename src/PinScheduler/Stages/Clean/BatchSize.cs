using PinScheduler.Stages.Clean.Loading;

namespace PinScheduler.Stages.Clean;

/// <summary>How much one transaction loads: its files are sorted together, a connection holds 8 bytes for each record, and what a crash leaves of it the server must undo.</summary>
internal sealed record BatchSize(long Records, long Bytes)
{
    private const int MostFiles = 128;
    private const long Megabyte = 1024 * 1024;
    private const long UsualBytes = 128 * Megabyte;

    /// <summary>What is new goes all over a table that is larger, sorted or not; so much shares a commit, and is soon undone.</summary>
    public static BatchSize Usual(CleanOptions options) => new(250_000, Math.Min(options.CleanBatchMegabytes * Megabyte, UsualBytes));

    /// <summary>A load of more than is there: the more of it is sorted together, the less is written to pages that are full already. Its files, of three data sets at a time, should stay in the system's cache.</summary>
    public static BatchSize First(CleanOptions options) =>
        new(3_000_000, Math.Min(options.CleanBatchMegabytes * Megabyte, Math.Max(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 8, UsualBytes)));

    /// <summary>The files in their order, as many a batch as fit; one always fits. Packed ones, and those of which places cannot be told, are alone.</summary>
    public IEnumerable<IReadOnlyList<PendingFile>> Cut(IEnumerable<PendingFile> files)
    {
        var batch = new List<PendingFile>();
        foreach (var file in files)
        {
            if (batch.Count > 0 && (IsAlone(file) || IsAlone(batch[0]) || batch.Count == MostFiles
                || batch.Sum(static other => other.Records) + file.Records > Records || batch.Sum(static other => other.Bytes) + file.Bytes > Bytes))
            {
                yield return batch;
                batch = [];
            }

            batch.Add(file);
        }

        if (batch.Count > 0)
        {
            yield return batch;
        }
    }

    /// <summary>Whether it cannot be sorted together with others.</summary>
    public static bool IsAlone(PendingFile file) => file.IsPacked || file.Bytes >= SortedLines.MostBytes;
}
