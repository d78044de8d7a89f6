using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace PinScheduler.Cli;

/// <summary>The HTTP API of a running server, as the commands use it.</summary>
internal sealed class SchedulerClient(Uri server, string? key, string named, TimeSpan? patience = null) : IDisposable
{
    // nothing of a request that finds no room has been produced
    private const int NoRoomTries = 60;
    private static readonly TimeSpan NoRoomPause = TimeSpan.FromSeconds(1);

    private readonly HttpClient _http = new()
    {
        BaseAddress = server,
        Timeout = patience ?? TimeSpan.FromSeconds(100),
        DefaultRequestHeaders = { Authorization = key is null ? null : new AuthenticationHeaderValue("Bearer", key) },
    };

    /// <summary>What a command that is proposed needs to ask the same server: empty where it would without.</summary>
    public string Named { get; } = named;

    /// <exception cref="CliException">The server is not there, or it answered with an error: its own sentence.</exception>
    public async Task<JsonElement> GetAsync(string path, CancellationToken cancellationToken) =>
        Parse(await SendAsync(new HttpRequestMessage(HttpMethod.Get, path), cancellationToken));

    /// <exception cref="CliException">As <see cref="GetAsync"/>.</exception>
    public Task<string> GetTextAsync(string path, CancellationToken cancellationToken) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Get, path), cancellationToken);

    /// <exception cref="CliException">As <see cref="GetAsync"/>.</exception>
    public async Task<JsonElement> PostAsync(string path, object body, CancellationToken cancellationToken) =>
        Parse(await SendAsync(new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) }, cancellationToken));

    /// <summary>The lines of an answer as they come, which may take as long as a task.</summary>
    /// <exception cref="CliException">As <see cref="GetAsync"/>, or the server went away before its answer's end.</exception>
    public async IAsyncEnumerable<string> LinesAsync(string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var response = await AnswerAsync(new HttpRequestMessage(HttpMethod.Get, path), HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));
        while (true)
        {
            string? line;
            try
            {
                line = await reader.ReadLineAsync(cancellationToken);
            }
            catch (Exception exception) when (exception is IOException or HttpRequestException)
            {
                throw new CliException($"The server at {server} went away before the end ({exception.Message}).", ExitCodes.NotReachable);
            }

            if (line is null)
            {
                yield break;
            }

            yield return line;
        }
    }

    /// <summary>Sends records as REST Proxy takes them; what the server has no room for yet is sent again.</summary>
    /// <exception cref="CliException">As <see cref="GetAsync"/>; it says how many were sent before.</exception>
    public async Task<int> ProduceAsync(string topic, IReadOnlyCollection<string> records, long before, CancellationToken cancellationToken)
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                await SendAsync(
                    new HttpRequestMessage(HttpMethod.Post, "/topics/" + Uri.EscapeDataString(topic))
                    {
                        Content = new StringContent($"{{\"records\":[{string.Join(',', records)}]}}", MediaTypeHeaderValue.Parse("application/vnd.kafka.json.v2+json")),
                    },
                    cancellationToken);
                return records.Count;
            }
            catch (CliException exception) when (exception.Status == StatusCodes.Status429TooManyRequests && tries < NoRoomTries)
            {
                await Task.Delay(NoRoomPause, cancellationToken);
            }
            catch (CliException exception) when (before > 0)
            {
                throw new CliException($"{exception.Message} The {before} records before this batch were acknowledged.", exception.ExitCode);
            }
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<string> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var response = await AnswerAsync(request, HttpCompletionOption.ResponseContentRead, cancellationToken);
        return await response.Content.ReadAsStringAsync(cancellationToken);
    }

    private async Task<HttpResponseMessage> AnswerAsync(HttpRequestMessage request, HttpCompletionOption completion, CancellationToken cancellationToken)
    {
        using (request)
        {
            HttpResponseMessage response;
            try
            {
                response = await _http.SendAsync(request, completion, cancellationToken);
            }
            catch (HttpRequestException exception)
            {
                throw new CliException($"No server answers at {server} ({exception.Message}). Start one with ./run, or name another with --server URL.", ExitCodes.NotReachable);
            }
            catch (TaskCanceledException exception) when (exception.InnerException is TimeoutException)
            {
                throw new CliException($"The server at {server} has not answered for {_http.Timeout.TotalSeconds:0} s. Ask again, or see its log.", ExitCodes.NotReachable);
            }

            if (response.IsSuccessStatusCode)
            {
                return response;
            }

            using (response)
            {
                throw new CliException(Explain(request, (int)response.StatusCode, await response.Content.ReadAsStringAsync(cancellationToken)), ExitCodes.Failed) { Status = (int)response.StatusCode };
            }
        }
    }

    private JsonElement Parse(string text)
    {
        try
        {
            return JsonDocument.Parse(text).RootElement;
        }
        catch (JsonException)
        {
            throw new CliException($"What answers at {server} is no PinScheduler: its answer is not JSON. Name the server with --server URL.", ExitCodes.NotReachable);
        }
    }

    private static string Explain(HttpRequestMessage request, int status, string body)
    {
        try
        {
            var problem = JsonDocument.Parse(body).RootElement;
            if (problem.TryGetProperty("detail", out var detail) || problem.TryGetProperty("title", out detail))
            {
                return detail.ToString();
            }
        }
        catch (JsonException)
        {
            // not problem details: the status has to do
        }

        return $"The server answered {request.Method} {request.RequestUri} with {status}.";
    }
}
