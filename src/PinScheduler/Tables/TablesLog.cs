namespace PinScheduler.Tables;

/// <summary>9500-9599</summary>
internal static partial class TablesLog
{
    [LoggerMessage(EventId = 9500, Level = LogLevel.Debug, Message = "Noted the sizes of the tables after run {Run}")]
    public static partial void Sampled(ILogger log, long run);

    [LoggerMessage(EventId = 9501, Level = LogLevel.Warning, Message = "Could not note the sizes of the tables; tried again in {Seconds} s")]
    public static partial void Failed(ILogger log, Exception exception, double seconds);
}
