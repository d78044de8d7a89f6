namespace PinScheduler.Dashboard;

internal static partial class DashboardLog
{
    [LoggerMessage(9000, LogLevel.Information, "The pages are compiled when they are first visited: visiting them after the start was broken off")]
    public static partial void WarmUpEnded(ILogger logger, Exception exception);
}
