using System.Net.Mime;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace PinScheduler.Ingestion;

/// <summary>POST /topics/{topic} and POST /send-data: a 200 means that Kafka has acknowledged every record.</summary>
internal sealed class IngestionEndpoints(Ingestor ingestor, TopicAliases aliases, IOptions<IngestionOptions> options)
{
    public Task<IResult> PostTopicAsync(string topic, HttpRequest request, CancellationToken cancellationToken) => AnswerAsync(async () =>
    {
        var format = MediaTypeOf(request) switch
        {
            KafkaMediaTypes.Json => ProduceFormat.Json,
            KafkaMediaTypes.Binary => ProduceFormat.Binary,
            var other => throw new IngestionException(415, 415, $"Content-Type '{other}' is not understood here: send {KafkaMediaTypes.Json} or {KafkaMediaTypes.Binary}."),
        };
        using var body = await ReadAsync(request, cancellationToken);
        var records = ProduceRequestParser.Parse(body.Bytes, body.Length, format);
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

    private static async Task<IResult> AnswerAsync(Func<Task<IResult>> answer)
    {
        try
        {
            return await answer();
        }
        catch (IngestionException problem)
        {
            return new IngestionProblem(problem);
        }
    }

    // JSON is UTF-8 (RFC 8259); another charset is another type
    private static string? MediaTypeOf(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type) && (!type.Charset.HasValue || type.Charset.Value.Trim('"').Equals("utf-8", StringComparison.OrdinalIgnoreCase))
            ? type.MediaType.Value?.ToLowerInvariant()
            : request.ContentType;
}
