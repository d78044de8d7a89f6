using System.Net.Mime;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace PinScheduler.Ingestion;

/// <summary>POST /topics/{topic} and POST /send-data: a 200 means that Kafka has acknowledged every record.</summary>
internal sealed class IngestionEndpoints(Ingestor ingestor, TopicAliases aliases, IOptions<IngestionOptions> options)
{
    private int _underWay;

    public int UnderWay => Volatile.Read(ref _underWay);

    public Task<IResult> PostTopicAsync(string topic, HttpRequest request, CancellationToken cancellationToken) => AnswerAsync(async () =>
    {
        ProduceFormat? format = MediaTypeOf(request) switch
        {
            KafkaMediaTypes.Json => ProduceFormat.Json,
            KafkaMediaTypes.Binary => ProduceFormat.Binary,
            KafkaMediaTypes.Avro or KafkaMediaTypes.JsonSchema or KafkaMediaTypes.Protobuf => null,
            var other => throw new IngestionException(415, 415, $"Content-Type '{other}' is not understood here: send {KafkaMediaTypes.Json} or {KafkaMediaTypes.Binary}."),
        };
        // before anything is produced that could then not be answered
        _ = KafkaMediaTypes.For(request);
        using var body = await ReadAsync(request, cancellationToken);
        var records = format is { } known
            ? ProduceRequestParser.Parse(body.Bytes, body.Length, known, options.Value.MaxRecordsPerRequest)
            : throw SchemaFormats.Refusal(body.Bytes.AsMemory(0, body.Length));
        return new ProduceAnswer(await ingestor.ProduceAsync(topic, body.Bytes, records, cancellationToken));
    });

    public Task<IResult> SendDataAsync(HttpRequest request, CancellationToken cancellationToken) => AnswerAsync(async () =>
    {
        if (MediaTypeOf(request) is not { } type || !(type == MediaTypeNames.Application.Json || type.EndsWith("+json", StringComparison.Ordinal)))
        {
            throw new IngestionException(415, 415, $"Content-Type '{MediaTypeOf(request)}' is not understood here: send {MediaTypeNames.Application.Json}.");
        }

        using var body = await ReadAsync(request, cancellationToken);
        var sent = SendDataRequest.Parse(body.Bytes, body.Length);
        await ingestor.ProduceAsync(aliases.Resolve(sent.Topic), sent.Body, [sent.Record], cancellationToken);
        return new SendDataAnswer(sent);
    });

    private Task<RequestBody> ReadAsync(HttpRequest request, CancellationToken cancellationToken) =>
        RequestBody.ReadAsync(request, options.Value.MaxRequestBytes, ingestor.Bytes, cancellationToken);

    private async Task<IResult> AnswerAsync(Func<Task<IResult>> answer)
    {
        try
        {
            return Interlocked.Increment(ref _underWay) <= options.Value.MaxRequests
                ? await answer()
                : throw IngestionException.NoRoom($"{options.Value.MaxRequests} requests are under way ('Pipeline:MaxRequests'): wait and send the request again.");
        }
        catch (IngestionException problem)
        {
            return new IngestionProblem(problem);
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
        }
    }

    // JSON is UTF-8 (RFC 8259); another charset is another type
    private static string? MediaTypeOf(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type) && (!type.Charset.HasValue || type.Charset.Value.Trim('"').Equals("utf-8", StringComparison.OrdinalIgnoreCase))
            ? type.MediaType.Value?.ToLowerInvariant()
            : request.ContentType;
}
