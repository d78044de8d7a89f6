namespace PinScheduler.Hosting;

internal static partial class HostingLog
{
    [LoggerMessage(1000, LogLevel.Warning, "The process {Parent} that started this server is gone; stopping")]
    public static partial void ParentGone(ILogger logger, int parent);

    [LoggerMessage(1001, LogLevel.Information, "The schema is up to date and the source is there ({Milliseconds} ms)")]
    public static partial void Prepared(ILogger logger, long milliseconds);

    [LoggerMessage(1002, LogLevel.Error, "{Method} {Path} failed")]
    public static partial void RequestFailed(ILogger logger, Exception exception, string method, string path);
}
