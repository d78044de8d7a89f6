namespace PinScheduler;

/// <summary>Does something again and again while the server runs. A failure ends nothing: it is said once, however often it comes again, and once more when all is well.</summary>
internal abstract partial class PeriodicService(TimeProvider time, ILogger log) : BackgroundService
{
    /// <summary>Between the beginnings of two times.</summary>
    protected abstract TimeSpan Interval { get; }

    /// <summary>What does not happen while it fails, as "The lag of the topics is not noted".</summary>
    protected abstract string WhileFailing { get; }

    /// <summary>Whether it is done at the server's start, too, or only an interval later.</summary>
    protected virtual bool BeginsAtOnce => false;

    protected TimeProvider Clock => time;

    public abstract Task RunOnceAsync(CancellationToken cancellationToken);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        string? said = null;
        using var timer = new PeriodicTimer(Interval, time);
        for (var isDue = BeginsAtOnce; isDue || await timer.WaitForNextTickAsync(stoppingToken); isDue = false)
        {
            try
            {
                await RunOnceAsync(stoppingToken);
                if (said is not null)
                {
                    said = null;
                    WellAgain(log, WhileFailing);
                }
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                if (said != exception.Message)
                {
                    said = exception.Message;
                    Failed(log, exception, WhileFailing, Interval.TotalSeconds);
                }
            }
        }
    }

    [LoggerMessage(1100, LogLevel.Error, "{WhileFailing}; it is tried again each {Seconds} s")]
    private static partial void Failed(ILogger log, Exception exception, string whileFailing, double seconds);

    [LoggerMessage(1101, LogLevel.Information, "No longer so: {WhileFailing}")]
    private static partial void WellAgain(ILogger log, string whileFailing);
}
