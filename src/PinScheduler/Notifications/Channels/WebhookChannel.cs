using System.Net.Http.Headers;
using Microsoft.Extensions.Options;
using PinScheduler.Orchestration.Events;

namespace PinScheduler.Notifications.Channels;

/// <summary>A POST an event: `text` for Slack and its like, and all that is known as `event` for programs.</summary>
internal sealed class WebhookChannel : IChannel, IDisposable
{
    private const int MostOfAnAnswer = 200;

    private readonly WebhookOptions _options;
    private readonly MessageWriter _messages;
    private readonly TimeProvider _time;
    // the time-out is the caller's; a redirect would take the message, and its secrets, elsewhere
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) }) { Timeout = Timeout.InfiniteTimeSpan };

    public WebhookChannel(IOptions<NotificationsOptions> options, MessageWriter messages, TimeProvider time) => (_options, _messages, _time) = (options.Value.Webhook, messages, time);

    public string Name => "webhook";

    public bool IsOn => _options.IsOn;

    public async Task SendAsync(string id, RunEvent happened, CancellationToken cancellationToken)
    {
        var message = _messages.Write(happened);
        using var request = new HttpRequestMessage(HttpMethod.Post, _options.Url)
        {
            Content = JsonContent.Create(new { text = SlackText.Of(message), id, url = message.Link, @event = happened }, options: RunEvent.Json),
        };
        // its length is told then: sent in chunks, it is lost on simple receivers
        await request.Content.LoadIntoBufferAsync(cancellationToken);
        request.Headers.Add("Idempotency-Key", id);
        foreach (var (name, value) in _options.Headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            var said = await response.Content.ReadAsStringAsync(cancellationToken);
            throw new NotTakenException($"The webhook answered {(int)response.StatusCode}{(said.Length == 0 ? "" : ": " + said[..Math.Min(said.Length, MostOfAnAnswer)])}.", After(response.Headers.RetryAfter));
        }
    }

    public void Dispose() => _http.Dispose();

    private TimeSpan? After(RetryConditionHeaderValue? given) => given?.Delta ?? (given?.Date is { } date ? date - _time.GetUtcNow() : null);
}
