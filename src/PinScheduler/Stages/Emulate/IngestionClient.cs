using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace PinScheduler.Stages.Emulate;

/// <summary>Sends records to the ingestion API, as any outside client would, and sends them again as long as it says "later".</summary>
internal sealed class IngestionClient(IHttpClientFactory clients, IngestionAddress address, TimeProvider time)
{
    public const string Name = "ingestion";

    private static readonly MediaTypeHeaderValue Json = new("application/vnd.kafka.json.v2+json");
    // below what a partition of the embedded broker holds, were all of one key
    private const int BodyBytes = 2 * 1024 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <exception cref="StageFailedException">Refused, or not taken for five minutes.</exception>
    public async Task SendAsync(string topic, IReadOnlyList<(long Key, byte[] Value)> records, ILogger log, CancellationToken cancellationToken)
    {
        for (var next = 0; next < records.Count;)
        {
            var body = Write(records, ref next);
            await SendAsync(topic, body, log, cancellationToken);
        }
    }

    private async Task SendAsync(string topic, ReadOnlyMemory<byte> body, ILogger log, CancellationToken cancellationToken)
    {
        for (var started = time.GetTimestamp(); ;)
        {
            var (reason, pause) = await TryAsync(topic, body, cancellationToken);
            if (reason is null)
            {
                return;
            }

            if (time.GetElapsedTime(started) > Patience)
            {
                throw new StageFailedException($"The ingestion API has not taken records for '{topic}' for {Patience.TotalMinutes:0} minutes: {reason}", retry: true);
            }

            EmulateLog.Later(log, topic, pause.TotalSeconds, reason);
            await Task.Delay(pause, time, cancellationToken);
        }
    }

    private async Task<(string? Reason, TimeSpan Pause)> TryAsync(string topic, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        try
        {
            using var client = clients.CreateClient(Name);
            using var content = new ReadOnlyMemoryContent(body) { Headers = { ContentType = Json } };
            using var response = await client.PostAsync(new Uri(address.Find(), $"/topics/{Uri.EscapeDataString(topic)}"), content, cancellationToken);
            if (response.StatusCode == HttpStatusCode.OK)
            {
                return default;
            }

            var answer = await response.Content.ReadAsStringAsync(cancellationToken);
            return response.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable
                ? (answer, response.Headers.RetryAfter?.Delta ?? Pause)
                : throw new StageFailedException($"The ingestion API refused records for '{topic}' with {(int)response.StatusCode}: {answer}", retry: (int)response.StatusCode >= 500);
        }
        catch (HttpRequestException exception)
        {
            return (exception.Message, Pause);
        }
        catch (TaskCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            return ($"no answer in time ({exception.Message})", Pause);
        }
    }

    private static ReadOnlyMemory<byte> Write(IReadOnlyList<(long Key, byte[] Value)> records, ref int next)
    {
        var body = new ArrayBufferWriter<byte>(64 * 1024);
        body.Write("{\"records\":["u8);
        var first = next;
        do
        {
            Encoding.UTF8.GetBytes($"{(next == first ? "" : ",")}{{\"key\":\"{records[next].Key}\",\"value\":", body);
            body.Write(records[next].Value);
            body.Write("}"u8);
            next++;
        }
        while (next < records.Count && body.WrittenCount + records[next].Value.Length < BodyBytes);

        body.Write("]}"u8);
        return body.WrittenMemory;
    }
}
