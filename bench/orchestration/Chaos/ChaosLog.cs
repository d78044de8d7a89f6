using Microsoft.Extensions.Logging;

namespace OrchestrationBench.Chaos;

internal static partial class ChaosLog
{
    [LoggerMessage(1, LogLevel.Debug, "attempt {Attempt}")]
    public static partial void LogAttempt(this ILogger logger, int attempt);
}
