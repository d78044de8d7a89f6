using PinScheduler.Landing;

namespace PinScheduler.Stages.Drain;

/// <summary>2300-2399</summary>
internal static partial class DrainLog
{
    [LoggerMessage(EventId = 2300, Level = LogLevel.Information, Message = "draining '{Topic}': {Records} offsets in {Partitions} partitions")]
    public static partial void Draining(ILogger log, string topic, long records, int partitions);

    [LoggerMessage(EventId = 2301, Level = LogLevel.Information, Message = "landed {Records} records and {DeadLetters} dead letters of '{Topic}' in {Files} files, {Bytes} bytes")]
    public static partial void Landed(ILogger log, string topic, long records, long deadLetters, int files, long bytes);

    [LoggerMessage(EventId = 2302, Level = LogLevel.Information, Message = "another drain of '{Topic}' is at work; waiting for it")]
    public static partial void Waiting(ILogger log, string topic);

    [LoggerMessage(EventId = 2303, Level = LogLevel.Warning, Message = "partition {Partition} of '{Topic}': offsets {First} to {Last} expired before they were drained")]
    public static partial void Gap(ILogger log, string topic, int partition, long first, long last);

    [LoggerMessage(EventId = 2304, Level = LogLevel.Warning, Message = "the consumer group's offsets of '{Topic}' could not be committed ({Reason}); lag monitors show old ones, the drain does not use them")]
    public static partial void GroupNotCommitted(ILogger log, string topic, string reason);

    [LoggerMessage(EventId = 2305, Level = LogLevel.Error, Message = "could not drain '{Topic}' ahead of the next run; trying again")]
    public static partial void DrainAheadFailed(ILogger log, Exception exception, string topic);

    [LoggerMessage(EventId = 2306, Level = LogLevel.Error, Message = "could not drain what is left of '{Topic}'; it is lost when the embedded broker ends")]
    public static partial void LeftoversFailed(ILogger log, Exception exception, string topic);

    [LoggerMessage(EventId = 2307, Level = LogLevel.Information, Message = "taken over: what the server drained of '{Topic}' ahead of this run, {Files} files")]
    public static partial void TakenOver(ILogger log, string topic, int files);

    [LoggerMessage(EventId = 2308, Level = LogLevel.Warning, Message = "the landing file '{Path}' {Damage} ({File}); it was drained from Kafka once more and is as it was recorded")]
    public static partial void Repaired(ILogger log, string path, string damage, RecordedFile file);

    [LoggerMessage(EventId = 2309, Level = LogLevel.Error, Message = "the landing file '{Path}' {Damage} ({File}) and cannot be drained once more: {Reason}")]
    public static partial void Lost(ILogger log, string path, string damage, RecordedFile file, string reason);

    [LoggerMessage(EventId = 2310, Level = LogLevel.Warning, Message = "Kafka does not answer about '{Topic}' ({Reason}); asking again")]
    public static partial void AskingAgain(ILogger log, string topic, string reason);

    [LoggerMessage(EventId = 2311, Level = LogLevel.Information, Message = "other servers may take partitions of '{Topic}', {Portion} at a time")]
    public static partial void Offered(ILogger log, string topic, int portion);

    [LoggerMessage(EventId = 2312, Level = LogLevel.Information, Message = "other servers drained {Offsets} offsets of '{Topic}' in {Partitions} partitions")]
    public static partial void DrainedElsewhere(ILogger log, string topic, long offsets, int partitions);

    [LoggerMessage(EventId = 2313, Level = LogLevel.Information, Message = "taking partitions of '{Topic}' for run {Run}, which another server drains")]
    public static partial void Helping(ILogger log, string topic, long run);

    [LoggerMessage(EventId = 2314, Level = LogLevel.Information, Message = "no partition of '{Topic}' is left to take for run {Run}")]
    public static partial void Helped(ILogger log, string topic, long run);

    [LoggerMessage(EventId = 2315, Level = LogLevel.Information, Message = "stopped to drain '{Topic}' for run {Run}: it is offered no more")]
    public static partial void HelpEnded(ILogger log, string topic, long run);

    [LoggerMessage(EventId = 2316, Level = LogLevel.Warning, Message = "could not drain '{Topic}' for run {Run}; the server that has it at work goes on alone")]
    public static partial void HelpFailed(ILogger log, Exception exception, string topic, long run);

    [LoggerMessage(EventId = 2318, Level = LogLevel.Warning, Message = "another server has held partitions of '{Topic}' for {Minutes} minutes and does not end; going on with them without it")]
    public static partial void HelperHangs(ILogger log, string topic, double minutes);
}
