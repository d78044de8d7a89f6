namespace PinScheduler.Tables;

/// <summary>Notes how large the tables are whenever a run has ended; one that ended while nothing served is caught up with at the start.</summary>
internal sealed class TableSampler(TableReader tables, TimeProvider time, ILogger<TableSampler> log) : BackgroundService
{
    // what a run left changes little within a minute, and so rare a look costs an idle server nothing
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    // years of nights, and some megabytes
    private const int RunsKept = 2000;

    public async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        if (await tables.SampleAsync(RunsKept, cancellationToken) is { } run)
        {
            TablesLog.Sampled(log, run);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                await RunOnceAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                TablesLog.Failed(log, exception, Interval.TotalSeconds);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
