namespace PinScheduler.Orchestration;

internal static partial class OrchestrationLog
{
    [LoggerMessage(5000, LogLevel.Information, "Run {Run}: '{Task}' is done already; its job {Job} ran nothing and wakes what waits for it")]
    public static partial void DoneAlready(ILogger logger, long run, string task, string job);

    [LoggerMessage(5001, LogLevel.Information, "Run {Run}: job {Job} of '{Task}' was sent back or away: {Reason}")]
    public static partial void Refused(ILogger logger, long run, string task, string job, string reason);

    [LoggerMessage(5002, LogLevel.Warning, "Run {Run}: attempt {Attempt} of '{Task}' is not its newest any more; it ends without effect")]
    public static partial void Superseded(ILogger logger, long run, string task, int attempt);

    [LoggerMessage(5003, LogLevel.Warning, "Run {Run}: attempt {Attempt} of '{Task}' failed")]
    public static partial void AttemptFailed(ILogger logger, Exception exception, long run, string task, int attempt);

    [LoggerMessage(5004, LogLevel.Information, "Run {Run} of {Pipeline} is {State}")]
    public static partial void RunEnded(ILogger logger, long run, string pipeline, string state);

    [LoggerMessage(5005, LogLevel.Error, "Whether '{Task}' of run {Run} may move to {State} could not be asked; the job goes on and its claim decides")]
    public static partial void ElectionFailed(ILogger logger, Exception exception, long run, string task, string state);

    [LoggerMessage(5006, LogLevel.Warning, "Run {Run}: '{Task}' was {TaskState} and its job {Job} was {JobState}: {Mend}")]
    public static partial void Mended(ILogger logger, long run, string task, string taskState, string job, string jobState, string mend);

    [LoggerMessage(5008, LogLevel.Error, "Reconciling run {Run} failed; the others go on")]
    public static partial void ReconcileRunFailed(ILogger logger, Exception exception, long run);

    [LoggerMessage(5010, LogLevel.Warning, "Progress and log of '{Task}' of run {Run} could not be written; tried again")]
    public static partial void JournalFailed(ILogger logger, Exception exception, long run, string task);

    [LoggerMessage(5011, LogLevel.Information, "Tick {Job} of {Pipeline}: {Outcome}")]
    public static partial void Ticked(ILogger logger, string job, string pipeline, string outcome);

    [LoggerMessage(5012, LogLevel.Warning, "Run {Run}: how attempt {Attempt} of '{Task}' ended could not be written; tried again")]
    public static partial void OutcomeFailed(ILogger logger, Exception exception, long run, string task, int attempt);

    [LoggerMessage(5013, LogLevel.Error, "Run {Run}: '{Task}' is given up after attempt {Attempt}, for its processes die of it")]
    public static partial void GivenUp(ILogger logger, long run, string task, int attempt);

    [LoggerMessage(5040, LogLevel.Information, "Run {Run} of {Pipeline}: event '{Kind}'")]
    public static partial void Happened(ILogger logger, string run, string pipeline, string kind);

    [LoggerMessage(5042, LogLevel.Error, "Whether run {Run} has missed its deadline could not be noted; looked at again soon")]
    public static partial void LimitsOfRunFailed(ILogger logger, Exception exception, long run);

    [LoggerMessage(5043, LogLevel.Warning, "The schedule of {Pipeline} is now '{Mine}': this server was started last. Server {By}, which still ran a moment ago, has '{Theirs}'; give all servers of a database the same configuration")]
    public static partial void ScheduleTaken(ILogger logger, string pipeline, string mine, string by, string theirs);

    [LoggerMessage(5044, LogLevel.Warning, "The schedule of {Pipeline} is not this server's '{Mine}': server {By}, which was started later, has set '{Theirs}', and it is that for as long as it runs. Give all servers of a database the same configuration")]
    public static partial void ScheduleDiffers(ILogger logger, string pipeline, string mine, string by, string theirs);

    [LoggerMessage(5045, LogLevel.Warning, "The schedule of {Pipeline} is '{Mine}' again; it was {Was}")]
    public static partial void ScheduleRestored(ILogger logger, string pipeline, string mine, string was);

    [LoggerMessage(5046, LogLevel.Error, "The schedules were not given back at the stop; another server takes them over within {Seconds} s")]
    public static partial void ScheduleNotLeft(ILogger logger, Exception exception, double seconds);
}
