namespace PinScheduler.Notifications;

/// <summary>7500-7599</summary>
internal static partial class NotificationsLog
{
    [LoggerMessage(7500, LogLevel.Information, "Told '{Kind}' of run {Run} by {Channel}, try {Attempt}")]
    public static partial void Sent(ILogger logger, string kind, long run, string channel, int attempt);

    [LoggerMessage(7501, LogLevel.Warning, "'{Kind}' of run {Run} could not be told by {Channel}, try {Attempt}: {Error} Tried again in {Seconds} s")]
    public static partial void Failed(ILogger logger, string kind, long run, string channel, int attempt, string error, double seconds);

    [LoggerMessage(7502, LogLevel.Error, "'{Kind}' of run {Run} is given up for {Channel} after {Attempt} tries: {Error}")]
    public static partial void GivenUp(ILogger logger, string kind, long run, string channel, int attempt, string error);

    [LoggerMessage(7503, LogLevel.Error, "Sending notifications failed; tried again in {Seconds} s")]
    public static partial void PassFailed(ILogger logger, Exception exception, double seconds);
}
