using Microsoft.Extensions.Options;

namespace PinScheduler.Orchestration.Jobs;

internal sealed class RetryDelays(IOptions<OrchestrationOptions> options)
{
    /// <summary>Up to a fifth more or less, so that tasks that failed together do not come back together.</summary>
    private const double Jitter = 0.2;

    // not the option's initial value: configuration would add to it instead of replacing it
    private static readonly double[] Usual = [2, 10];

    public TimeSpan After(int failures)
    {
        var delays = options.Value.RetryDelaysInSeconds is { Length: > 0 } given ? given : Usual;
        return TimeSpan.FromSeconds(delays[Math.Min(failures, delays.Length) - 1] * (1 + (((Random.Shared.NextDouble() * 2) - 1) * Jitter)));
    }
}
