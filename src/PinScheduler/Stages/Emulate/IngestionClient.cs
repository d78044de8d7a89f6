using System.Buffers;
using System.Buffers.Text;
using System.Net;
using System.Net.Http.Headers;

namespace PinScheduler.Stages.Emulate;

/// <summary>Sends records to the ingestion API, as any outside client would, and sends them again as long as it says "later".</summary>
internal sealed class IngestionClient(IHttpClientFactory clients, IngestionAddress address, TimeProvider time)
{
    public const string Name = "ingestion";

    private static readonly MediaTypeHeaderValue Json = new("application/vnd.kafka.json.v2+json");
    // below what a partition of the embedded broker holds, were all of one key
    private const int BodyBytes = 2 * 1024 * 1024;

    // the longest key and what stands around key and value, or around all records
    private const int FrameBytes = 48;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <param name="topic">Where they go.</param>
    /// <param name="posts">Of each, one row is the record.</param>
    /// <param name="row">Which.</param>
    /// <param name="log">Told of each "later".</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <returns>How many records were sent again though the API may have taken them before: it had not answered.</returns>
    /// <exception cref="StageFailedException">Refused, or not taken for five minutes.</exception>
    public async Task<long> SendAsync(string topic, IReadOnlyList<DrawnPost> posts, int row, ILogger log, CancellationToken cancellationToken)
    {
        var again = 0L;
        for (var next = 0; next < posts.Count;)
        {
            var from = next;
            var bytes = 0;
            do
            {
                bytes += posts[next++].Post.Rows[row].Length + FrameBytes;
            }
            while (next < posts.Count && bytes + posts[next].Post.Rows[row].Length < BodyBytes);

            var body = ArrayPool<byte>.Shared.Rent(bytes + FrameBytes);
            again += (next - from) * await SendAsync(topic, body.AsMemory(0, Write(posts, row, from, next, body)), log, cancellationToken);
            // not where it has failed: the connection may still be reading it
            ArrayPool<byte>.Shared.Return(body);
        }

        return again;
    }

    private async Task<long> SendAsync(string topic, ReadOnlyMemory<byte> body, ILogger log, CancellationToken cancellationToken)
    {
        var again = 0L;
        for (var started = time.GetTimestamp(); ;)
        {
            var (reason, pause, mayBeTaken) = await TryAsync(topic, body, cancellationToken);
            if (reason is null)
            {
                return again;
            }

            if (time.GetElapsedTime(started) > Patience)
            {
                throw new StageFailedException($"The ingestion API has not taken records for '{topic}' for {Patience.TotalMinutes:0} minutes: {reason}", retry: true);
            }

            again += mayBeTaken ? 1 : 0;
            EmulateLog.Later(log, topic, pause.TotalSeconds, reason);
            await Task.Delay(pause, time, cancellationToken);
        }
    }

    private async Task<(string? Reason, TimeSpan Pause, bool MayBeTaken)> TryAsync(string topic, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        try
        {
            using var client = clients.CreateClient(Name);
            using var content = new ReadOnlyMemoryContent(body) { Headers = { ContentType = Json } };
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(address.Find(), $"/topics/{Uri.EscapeDataString(topic)}")) { Content = content };
            // a 200 says it all; who needs no offsets need not keep them
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (response.StatusCode == HttpStatusCode.OK)
            {
                return default;
            }

            var answer = await response.Content.ReadAsStringAsync(cancellationToken);
            return response.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable
                // of a request that finds no room nothing has been produced
                ? (answer, response.Headers.RetryAfter?.Delta ?? Pause, response.StatusCode != HttpStatusCode.TooManyRequests)
                : throw new StageFailedException($"The ingestion API refused records for '{topic}' with {(int)response.StatusCode}: {answer}", retry: (int)response.StatusCode >= 500);
        }
        catch (HttpRequestException exception)
        {
            return (exception.Message, Pause, true);
        }
        catch (TaskCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            return ($"no answer in time ({exception.Message})", Pause, true);
        }
    }

    private static int Write(IReadOnlyList<DrawnPost> posts, int row, int from, int to, byte[] body)
    {
        var at = Copy("{\"records\":["u8, body, 0);
        for (var i = from; i < to; i++)
        {
            at = Copy(i == from ? "{\"key\":\""u8 : ",{\"key\":\""u8, body, at);
            Utf8Formatter.TryFormat(posts[i].Post.Index, body.AsSpan(at), out var digits);
            at = Copy("\",\"value\":"u8, body, at + digits);
            at = Copy(posts[i].Post.Rows[row].Span, body, at);
            at = Copy("}"u8, body, at);
        }

        return Copy("]}"u8, body, at);
    }

    private static int Copy(ReadOnlySpan<byte> some, byte[] body, int at)
    {
        some.CopyTo(body.AsSpan(at));
        return at + some.Length;
    }
}
