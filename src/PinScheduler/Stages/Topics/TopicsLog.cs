namespace PinScheduler.Stages.Topics;

/// <summary>2200-2209</summary>
internal static partial class TopicsLog
{
    [LoggerMessage(EventId = 2200, Level = LogLevel.Information, Message = "Created topics: {Names}")]
    public static partial void Created(ILogger log, string names);
}
