using System.Net.Http.Headers;
using System.Text.Json;

namespace PinScheduler.Cli;

/// <summary>The HTTP API of a running server, as the commands use it.</summary>
internal sealed class SchedulerClient(Uri server) : IDisposable
{
    // nothing of a request that finds no room has been produced
    private const int NoRoomTries = 60;
    private static readonly TimeSpan NoRoomPause = TimeSpan.FromSeconds(1);

    private readonly HttpClient _http = new() { BaseAddress = server, Timeout = TimeSpan.FromSeconds(100) };

    /// <exception cref="CliException">The server is not there, or it answered with an error: its own sentence.</exception>
    public async Task<JsonElement> GetAsync(string path, CancellationToken cancellationToken) =>
        JsonDocument.Parse(await SendAsync(new HttpRequestMessage(HttpMethod.Get, path), cancellationToken)).RootElement;

    /// <exception cref="CliException">As <see cref="GetAsync"/>.</exception>
    public Task<string> GetTextAsync(string path, CancellationToken cancellationToken) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Get, path), cancellationToken);

    /// <exception cref="CliException">As <see cref="GetAsync"/>.</exception>
    public async Task<JsonElement> PostAsync(string path, object body, CancellationToken cancellationToken) =>
        JsonDocument.Parse(await SendAsync(new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) }, cancellationToken)).RootElement;

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
        using (request)
        {
            HttpResponseMessage response;
            try
            {
                response = await _http.SendAsync(request, cancellationToken);
            }
            catch (HttpRequestException exception)
            {
                throw new CliException($"No server answers at {server} ({exception.Message}). Start one with ./run, or name another with --server URL.", ExitCodes.NotReachable);
            }

            using (response)
            {
                var text = await response.Content.ReadAsStringAsync(cancellationToken);
                return response.IsSuccessStatusCode ? text : throw new CliException(Explain(request, (int)response.StatusCode, text), ExitCodes.Failed) { Status = (int)response.StatusCode };
            }
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
