using Microsoft.Extensions.Options;

namespace PinScheduler.Orchestration;

internal sealed class OrchestrationOptionsValidator : IValidateOptions<OrchestrationOptions>
{
    public ValidateOptionsResult Validate(string? name, OrchestrationOptions options)
    {
        var wrong = Errors(options).ToList();
        return wrong.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(wrong);
    }

    private static IEnumerable<string> Errors(OrchestrationOptions options)
    {
        foreach (var (queue, workers) in options.Workers)
        {
            if (!TaskQueue.All.Contains(queue))
            {
                yield return $"'Pipeline:Workers:{queue}' names no queue; there are {string.Join(", ", TaskQueue.All)}.{DidYouMean.Sentence(queue, TaskQueue.All)}";
            }

            if (workers is < 0 or > 200)
            {
                yield return $"'Pipeline:Workers:{queue}' is {workers}; it must be 0 to 200.";
            }
        }

        if (options.RetryDelaysInSeconds.Any(delay => delay is not (>= 0 and <= 86400)))
        {
            yield return $"'Pipeline:RetryDelaysInSeconds' is [{string.Join(", ", options.RetryDelaysInSeconds)}]; each must be 0 to 86400.";
        }

        if (options.MaxDeliveries is not (>= 1 and <= 1000))
        {
            yield return $"'Pipeline:MaxDeliveries' is {options.MaxDeliveries}; it must be 1 to 1000.";
        }

        if (options.MaxLogLines is not (>= 10 and <= 1_000_000))
        {
            yield return $"'Pipeline:MaxLogLines' is {options.MaxLogLines}; it must be 10 to 1000000.";
        }

        if (options.ReconcileIntervalInSeconds is not (>= 0.05 and <= 3600))
        {
            yield return $"'Pipeline:ReconcileIntervalInSeconds' is {options.ReconcileIntervalInSeconds}; it must be 0.05 to 3600.";
        }

        if (options.SlowAfterSeconds is not (>= 0 and <= 2_592_000))
        {
            yield return $"'Pipeline:SlowAfterSeconds' is {options.SlowAfterSeconds}; it must be 0 to 2592000.";
        }

        if (options.ShutdownTimeoutInSeconds is not (>= 0 and <= 3600))
        {
            yield return $"'Pipeline:ShutdownTimeoutInSeconds' is {options.ShutdownTimeoutInSeconds}; it must be 0 to 3600.";
        }
    }
}
