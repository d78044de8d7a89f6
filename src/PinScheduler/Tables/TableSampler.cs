namespace PinScheduler.Tables;

/// <summary>Notes how large the tables are whenever a run has ended; one that ended while nothing served is caught up with at the start.</summary>
internal sealed class TableSampler(TableReader tables, TimeProvider time, ILogger<TableSampler> log) : PeriodicService(time, log)
{
    // years of nights, and some megabytes
    private const int RunsKept = 2000;

    // what a run left changes little within a minute, and so rare a look costs an idle server nothing
    protected override TimeSpan Interval => TimeSpan.FromMinutes(1);

    protected override string WhileFailing => "The sizes of the tables are not noted";

    protected override bool BeginsAtOnce => true;

    public override async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        if (await tables.SampleAsync(RunsKept, cancellationToken) is { } run)
        {
            TablesLog.Sampled(log, run);
        }
    }

}
