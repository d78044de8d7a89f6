namespace PinScheduler.Hosting;

/// <summary>Stops the server when the ./run that started it is gone: killed, it cannot stop its children.</summary>
internal sealed class ParentWatch(IHostApplicationLifetime lifetime, ILogger<ParentWatch> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    /// <summary>The process that is to be watched, from the environment that ./run sets; null when there is none.</summary>
    private static int? Expected() => int.TryParse(Environment.GetEnvironmentVariable("PINSCHEDULER_PARENT"), out var parent) ? parent : null;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (Expected() is not { } parent)
        {
            return;
        }

        using var timer = new PeriodicTimer(Interval);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            if (ParentProcess.Id() != parent)
            {
                HostingLog.ParentGone(log, parent);
                lifetime.StopApplication();
                return;
            }
        }
    }
}
