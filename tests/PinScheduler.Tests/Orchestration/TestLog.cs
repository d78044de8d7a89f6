using Microsoft.Extensions.Logging;

namespace PinScheduler.Tests.Orchestration;

internal static partial class TestLog
{
    [LoggerMessage(9000, LogLevel.Information, "{Text}")]
    public static partial void LogLine(this ILogger logger, string text);
}
