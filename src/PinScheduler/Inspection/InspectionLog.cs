namespace PinScheduler.Inspection;

/// <summary>9600-9699</summary>
internal static partial class InspectionLog
{
    [LoggerMessage(EventId = 9600, Level = LogLevel.Warning, Message = "Kafka does not answer ({Reason}): the history of the lag has a gap until it does")]
    public static partial void LagUnknown(ILogger log, string reason);

    [LoggerMessage(EventId = 9601, Level = LogLevel.Information, Message = "Kafka answers again: the history of the lag goes on")]
    public static partial void LagKnownAgain(ILogger log);
}
