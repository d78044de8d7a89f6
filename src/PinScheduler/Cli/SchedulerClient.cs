using System.Text.Json;

namespace PinScheduler.Cli;

/// <summary>The HTTP API of a running server, as the commands use it.</summary>
internal sealed class SchedulerClient(Uri server) : IDisposable
{
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
                return response.IsSuccessStatusCode ? text : throw new CliException(Explain(request, (int)response.StatusCode, text), ExitCodes.Failed);
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
