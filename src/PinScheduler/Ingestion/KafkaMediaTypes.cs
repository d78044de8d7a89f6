using System.Net.Mime;
using Microsoft.Net.Http.Headers;

namespace PinScheduler.Ingestion;

/// <summary>REST Proxy v2's own.</summary>
internal static class KafkaMediaTypes
{
    public const string Json = "application/vnd.kafka.json.v2+json";
    public const string Binary = "application/vnd.kafka.binary.v2+json";
    public const string Avro = "application/vnd.kafka.avro.v2+json";
    public const string JsonSchema = "application/vnd.kafka.jsonschema.v2+json";
    public const string Protobuf = "application/vnd.kafka.protobuf.v2+json";
    public const string Answer = "application/vnd.kafka.v2+json";

    // the one that we would rather send first
    private static readonly string[] Answers = [Answer, "application/vnd.kafka+json", MediaTypeNames.Application.Json];

    /// <summary>Of the types that an answer can have, the one that the client likes best; it likes all when it names none.</summary>
    /// <exception cref="IngestionException">It takes none of them (406).</exception>
    public static string For(HttpRequest request)
    {
        if (request.Headers.Accept is not [{ Length: > 0 } text, ..] || text == "*/*")
        {
            return Answer;
        }

        var accepted = request.GetTypedHeaders().Accept;
        var best = Answers.MaxBy(type => QualityOf(type, accepted))!;
        return accepted.Count == 0 || QualityOf(best, accepted) > 0 ? best
            : throw new IngestionException(406, 406, $"Accept '{request.Headers.Accept}' takes no answer that there is: {string.Join(", ", Answers)}.");
    }

    // the most specific of the ranges that hold a type says how good it is (RFC 9110); IsSubsetOf would count every +json as application/json
    private static double QualityOf(string type, IList<MediaTypeHeaderValue> accepted) =>
        (accepted.FirstOrDefault(range => range.MediaType.Equals(type, StringComparison.OrdinalIgnoreCase))
            ?? accepted.FirstOrDefault(range => range.MediaType.Equals("application/*", StringComparison.OrdinalIgnoreCase))
            ?? accepted.FirstOrDefault(range => range.MatchesAllTypes)) is { } found ? found.Quality ?? 1 : 0;
}
