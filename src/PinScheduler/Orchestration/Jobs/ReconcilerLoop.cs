using Microsoft.Extensions.Options;

namespace PinScheduler.Orchestration.Jobs;

internal sealed class ReconcilerLoop(Reconciler reconciler, IOptions<OrchestrationOptions> options, TimeProvider time, ILogger<ReconcilerLoop> log) : PeriodicService(time, log)
{
    protected override TimeSpan Interval => TimeSpan.FromSeconds(options.Value.ReconcileIntervalInSeconds);

    protected override string WhileFailing => "Runs that have lost a job or a server are not mended";

    protected override bool BeginsAtOnce => true;

    public override Task RunOnceAsync(CancellationToken cancellationToken) => reconciler.RunOnceAsync(cancellationToken);
}
