namespace PinScheduler.Source;

internal static partial class SourceLog
{
    [LoggerMessage(8000, LogLevel.Information, "Seeding the source tables with {Posts} posts")]
    public static partial void Seeding(ILogger logger, long posts);

    [LoggerMessage(8001, LogLevel.Information, "The source tables have {Posts} posts now ({Milliseconds} ms)")]
    public static partial void Seeded(ILogger logger, long posts, long milliseconds);
}
