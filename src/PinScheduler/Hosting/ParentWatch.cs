using System.Runtime.InteropServices;

namespace PinScheduler.Hosting;

/// <summary>Stops the server when the ./run that started it is gone: killed, it cannot stop its children.</summary>
internal sealed partial class ParentWatch(IHostApplicationLifetime lifetime, ILogger<ParentWatch> log) : BackgroundService
{
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    /// <summary>The process that is to be watched, from the environment that ./run sets; null when there is none.</summary>
    public static int? Expected() => int.TryParse(Environment.GetEnvironmentVariable("PINSCHEDULER_PARENT"), out var parent) ? parent : null;

    /// <summary>An orphan is given to another process at once.</summary>
    public static bool IsGone(int expected) => GetParent() != expected;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (Expected() is not { } parent)
        {
            return;
        }

        using var timer = new PeriodicTimer(Interval);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            if (IsGone(parent))
            {
                HostingLog.ParentGone(log, parent);
                lifetime.StopApplication();
                return;
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "getppid")]
    private static partial int GetParent();
}
