using Microsoft.Extensions.Options;

namespace PinScheduler.Orchestration.Jobs;

internal sealed class ReconcilerLoop(Reconciler reconciler, IOptions<OrchestrationOptions> options, TimeProvider time, ILogger<ReconcilerLoop> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var interval = TimeSpan.FromSeconds(options.Value.ReconcileIntervalInSeconds);
        using var timer = new PeriodicTimer(interval, time);
        do
        {
            try
            {
                await reconciler.RunOnceAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                OrchestrationLog.ReconcileFailed(log, exception, interval.TotalSeconds);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
