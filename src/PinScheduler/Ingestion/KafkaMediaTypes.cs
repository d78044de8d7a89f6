using System.Net.Mime;
using Microsoft.Net.Http.Headers;

namespace PinScheduler.Ingestion;

/// <summary>REST Proxy v2's own.</summary>
internal static class KafkaMediaTypes
{
    public const string Json = "application/vnd.kafka.json.v2+json";
    public const string Binary = "application/vnd.kafka.binary.v2+json";
    public const string Answer = "application/vnd.kafka.v2+json";

    /// <summary>The vendor's type where the client takes it, which it does when it names none.</summary>
    public static string For(HttpRequest request)
    {
        var accepted = request.GetTypedHeaders().Accept;
        return accepted.Count == 0 || accepted.Any(type => type.Quality is null or > 0 && Takes(type)) ? Answer : MediaTypeNames.Application.Json;
    }

    // IsSubsetOf would count every +json as application/json
    private static bool Takes(MediaTypeHeaderValue accepted) =>
        accepted.MatchesAllTypes || accepted.MediaType.Equals("application/*", StringComparison.OrdinalIgnoreCase) || accepted.MediaType.Equals(Answer, StringComparison.OrdinalIgnoreCase);
}
