namespace PinScheduler.Stages.Maintain;

/// <summary>7600-7699</summary>
internal static partial class MaintainLog
{
    [LoggerMessage(7600, LogLevel.Information, "'{Folder}': {Megabytes} MB free, {Percent:0.0} %")]
    public static partial void Free(ILogger logger, string folder, long megabytes, double percent);

    [LoggerMessage(7601, LogLevel.Warning, "The table '{Table}' was not analysed: {Reason}")]
    public static partial void Refused(ILogger logger, string table, string reason);
}
