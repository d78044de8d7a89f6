using PinScheduler.Stages.Clean.Facts;
using PinScheduler.Stages.Clean.Loading;
using PinScheduler.Stages.Clean.Rules;

namespace PinScheduler.Stages.Clean;

/// <summary>What the files of one task have in common while they are cleaned.</summary>
internal sealed record CleanWork(CleanTarget Target, RecordRules Rules, LoadTable Table, LoadTable FactTable, FactColumns FactColumns, RowLoader Loader, CleanProgress Progress, StageContext Context);

/// <summary>Records read, over all connections.</summary>
internal sealed class CleanProgress(long total, Action<long, long?, string> report)
{
    private long _done;

    public long Total { get; } = total;

    public void Add(long records) => report(Interlocked.Add(ref _done, records), Total, "records");
}
