namespace PinScheduler.Stages.Analyze.Rollups;

/// <summary>7100-7199</summary>
internal static partial class RollupLog
{
    public static void Kept(ILogger log, string name, RollupOutcome outcome, TimeSpan took)
    {
        if (outcome.Full)
        {
            Built(log, name, outcome.Rows, (long)took.TotalMilliseconds);
        }
        else if (outcome.Files > 0)
        {
            Added(log, name, outcome.Files, outcome.Rows, (long)took.TotalMilliseconds);
        }
    }

    [LoggerMessage(EventId = 7100, Level = LogLevel.Information, Message = "Rollup '{Name}': computed from all rows, {Rows} rows in {Milliseconds} ms")]
    private static partial void Built(ILogger log, string name, long rows, long milliseconds);

    [LoggerMessage(EventId = 7101, Level = LogLevel.Information, Message = "Rollup '{Name}': added the new rows of {Files} files, {Rows} rows in {Milliseconds} ms")]
    private static partial void Added(ILogger log, string name, int files, long rows, long milliseconds);
}
