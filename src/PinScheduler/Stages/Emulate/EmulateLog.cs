namespace PinScheduler.Stages.Emulate;

/// <summary>2210-2219</summary>
internal static partial class EmulateLog
{
    [LoggerMessage(EventId = 2210, Level = LogLevel.Information, Message = "Sending {Posts} posts drawn with seed {Seed}")]
    public static partial void Sending(ILogger log, long posts, long seed);

    [LoggerMessage(EventId = 2211, Level = LogLevel.Warning, Message = "Records for '{Topic}' go again in {Seconds} s: {Reason}")]
    public static partial void Later(ILogger log, string topic, double seconds, string reason);

    [LoggerMessage(EventId = 2212, Level = LogLevel.Information, Message = "Sent {Posts} posts as {Records} records")]
    public static partial void Sent(ILogger log, long posts, long records);

    [LoggerMessage(EventId = 2213, Level = LogLevel.Information, Message = "An earlier attempt has sent {Confirmed} of the posts; this one goes on behind them")]
    public static partial void GoingOn(ILogger log, long confirmed);
}
