using Microsoft.Extensions.Options;

namespace PinScheduler.Orchestration.Jobs;

internal sealed class RetryDelays(IOptions<OrchestrationOptions> options)
{
    /// <summary>Up to a fifth more or less, so that tasks that failed together do not come back together.</summary>
    private const double Jitter = 0.2;

    public TimeSpan After(int failures)
    {
        var delays = options.Value.RetryDelaysInSeconds;
        return TimeSpan.FromSeconds(delays[Math.Min(failures, delays.Length) - 1] * (1 + (((Random.Shared.NextDouble() * 2) - 1) * Jitter)));
    }
}
