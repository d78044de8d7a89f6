using System.ComponentModel.DataAnnotations;

namespace PinScheduler.Ingestion;

/// <summary>Keys of section `Pipeline` that the ingestion API reads.</summary>
internal sealed class IngestionOptions
{
    public const string Section = "Pipeline";

    /// <summary>Names under which /send-data takes a topic; the original's mo_user.pin, .geo and .user stand for the three data sets unless given.</summary>
    public Dictionary<string, string> TopicAliases { get; set; } = new(StringComparer.Ordinal);

    /// <summary>A request's body, unpacked.</summary>
    [Range(1024, 256 * 1024 * 1024, ErrorMessage = "'Pipeline:MaxRequestBytes' must be 1024 to 268435456.")]
    public int MaxRequestBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>Bodies in memory at a time, of all requests; beyond it 429.</summary>
    [Range(1024, 4L * 1024 * 1024 * 1024, ErrorMessage = "'Pipeline:MaxBytesInFlight' must be 1024 to 4294967296.")]
    public long MaxBytesInFlight { get; set; } = 96 * 1024 * 1024;

    [Range(1, 900_000, ErrorMessage = "'Pipeline:MaxRecordsPerRequest' must be 1 to 900000.")]
    public int MaxRecordsPerRequest { get; set; } = 100_000;

    /// <summary>Requests under way at a time, from their first byte to their answer; beyond it 429.</summary>
    [Range(1, 100_000, ErrorMessage = "'Pipeline:MaxRequests' must be 1 to 100000.")]
    public int MaxRequests { get; set; } = 1000;

    /// <summary>Records handed to Kafka and not yet acknowledged, of all requests; beyond it 429.</summary>
    [Range(1, 900_000, ErrorMessage = "'Pipeline:MaxRecordsInFlight' must be 1 to 900000.")]
    public int MaxRecordsInFlight { get; set; } = 400_000;
}
