namespace PinScheduler.Stages.Analyze;

internal static partial class AnalyzeLog
{
    [LoggerMessage(7000, LogLevel.Information, "Running '{Name}' ({Path})")]
    public static partial void Running(ILogger logger, string name, string path);

    [LoggerMessage(7001, LogLevel.Information, "'{Name}' gave {Rows} rows in {Milliseconds} ms")]
    public static partial void Done(ILogger logger, string name, long rows, long milliseconds);
}
