using Hangfire;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace PinScheduler.Hosting;

/// <summary>Ready when some server takes jobs; not this one necessarily.</summary>
internal sealed class HangfireHealth(JobStorage storage, TimeProvider time) : IHealthCheck
{
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(2);

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var alive = storage.GetMonitoringApi().Servers().Any(server => server.Heartbeat is { } heartbeat && time.GetUtcNow().UtcDateTime - heartbeat < Silence);
        return Task.FromResult(alive ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("No Hangfire server has given a sign of life in the last two minutes."));
    }
}
