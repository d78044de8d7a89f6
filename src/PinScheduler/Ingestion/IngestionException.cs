namespace PinScheduler.Ingestion;

/// <summary>A request that is answered with a problem: its status, REST Proxy's error code and what to do.</summary>
internal sealed class IngestionException(int status, int errorCode, string message) : Exception(message)
{
    private const int RetryAfterSeconds = 1;

    public int Status { get; } = status;

    public int ErrorCode { get; } = errorCode;

    /// <summary>Seconds; null where the same request would fare no better later.</summary>
    public int? RetryAfter { get; private init; }

    /// <summary>What became of each record, where some of them were produced.</summary>
    public ProduceBatch? Batch { get; init; }

    public static IngestionException Malformed(string message) => new(400, 400, message);

    public static IngestionException Invalid(string message) => new(422, 422, message);

    public static IngestionException TooLarge(string message) => new(413, 413, message);

    public static IngestionException UnknownTopic(string topic) => new(404, 40401, $"Topic '{topic}' not found: create it first (stage topics creates the configured ones), or see the list of topics for those that exist.");

    public static IngestionException NoRoom(string message) => new(429, 429, message) { RetryAfter = RetryAfterSeconds };

    public static IngestionException Away(string message, ProduceBatch? batch = null) => new(503, 50003, message) { RetryAfter = RetryAfterSeconds, Batch = batch };
}
