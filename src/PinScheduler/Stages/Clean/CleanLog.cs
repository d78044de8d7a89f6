namespace PinScheduler.Stages.Clean;

/// <summary>5000-5099</summary>
internal static partial class CleanLog
{
    [LoggerMessage(EventId = 5000, Level = LogLevel.Information, Message = "Cleaning {Files} files with {Records} records into '{Table}'")]
    public static partial void Cleaning(ILogger log, int files, long records, string table);

    [LoggerMessage(EventId = 5001, Level = LogLevel.Information, Message = "Cleaned '{File}': {Records} records, {Accepted} new rows, {Duplicates} duplicates, {Rejected} rejected, {Speed:0.#} MB/s; NULLs: {Nulls}")]
    public static partial void Cleaned(ILogger log, string file, long records, long accepted, long duplicates, long rejected, double speed, string nulls);

    [LoggerMessage(EventId = 5002, Level = LogLevel.Warning, Message = "The database server forbids LOAD DATA LOCAL (local_infile is off), so rows are inserted by statements, which takes about 1.6 times as long. On a server of your own: set global local_infile = 1")]
    public static partial void NoLocalInfile(ILogger log);

    [LoggerMessage(EventId = 5003, Level = LogLevel.Information, Message = "The rules for '{DataSet}' have changed: all of its landing files are cleaned anew into '{Table}', which then takes the place of the old table")]
    public static partial void CleaningAnew(ILogger log, string dataSet, string table);

    [LoggerMessage(EventId = 5004, Level = LogLevel.Information, Message = "'{Table}' now holds what the new rules make of the records")]
    public static partial void Swapped(ILogger log, string table);

    [LoggerMessage(EventId = 5005, Level = LogLevel.Information, Message = "Other cleaners hold the {Partitions} partitions that are left; waiting for their end")]
    public static partial void WaitingForPartitions(ILogger log, int partitions);

    [LoggerMessage(EventId = 5006, Level = LogLevel.Information, Message = "Removed {Files} landing files of '{DataSet}' that were cleaned and older than 'Pipeline:LandingRetentionDays'")]
    public static partial void Removed(ILogger log, int files, string dataSet);

    [LoggerMessage(EventId = 5007, Level = LogLevel.Information, Message = "'{Table}': {Changes}")]
    public static partial void ChangedKeys(ILogger log, string table, string changes);
}
