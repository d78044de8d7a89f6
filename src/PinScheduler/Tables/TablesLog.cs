namespace PinScheduler.Tables;

/// <summary>9500-9599</summary>
internal static partial class TablesLog
{
    [LoggerMessage(EventId = 9500, Level = LogLevel.Debug, Message = "Noted the sizes of the tables after run {Run}")]
    public static partial void Sampled(ILogger log, long run);
}
