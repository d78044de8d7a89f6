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

    [LoggerMessage(EventId = 2213, Level = LogLevel.Information, Message = "An earlier attempt is known to have sent {Confirmed} of the posts; this one goes on behind them, and what that one had sent beyond goes again")]
    public static partial void GoingOn(ILogger log, long confirmed);

    [LoggerMessage(EventId = 2214, Level = LogLevel.Warning, Message = "{Sent} posts were sent, but only {Noted} are noted as sent: another attempt sends {Again} of them again. Each is sent at least once, cleaning leaves the duplicates out, and the counts have each post once")]
    public static partial void GoAgain(ILogger log, long sent, long noted, long again);

    [LoggerMessage(EventId = 2215, Level = LogLevel.Information, Message = "{Again} records were sent again, because the ingestion API did not answer that it had them: each is sent at least once, cleaning leaves the duplicates out, and the counts have each record once")]
    public static partial void SentAgain(ILogger log, long again);

    [LoggerMessage(EventId = 2216, Level = LogLevel.Warning, Message = "{Reason} Runs that emulate posts fail as long as that is so")]
    public static partial void SourceNotReadable(ILogger log, string reason);
}
