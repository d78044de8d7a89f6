using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace PinScheduler.Tests.Notifications;

/// <summary>A receiver of webhooks on a real port; it answers as told, then 200.</summary>
internal sealed class TestWebhook : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TestWebhook(WebApplication app) => _app = app;

    public ConcurrentQueue<(string Key, JsonElement Body, string? Secret)> Received { get; } = new();

    /// <summary>What the next requests get instead of 200, one each.</summary>
    public ConcurrentQueue<Func<HttpContext, Task>> Answers { get; } = new();

    public string Url => _app.Urls.Single() + "/hook";

    public IEnumerable<string> Texts => Received.Select(one => one.Body.GetProperty("text").GetString()!);

    public static async Task<TestWebhook> StartAsync(int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        var app = builder.Build();
        var receiver = new TestWebhook(app);
        app.MapPost("/hook", receiver.TakeAsync);
        await app.StartAsync();
        return receiver;
    }

    public static Func<HttpContext, Task> Status(int status, string? retryAfter = null) => http =>
    {
        http.Response.StatusCode = status;
        http.Response.Headers.RetryAfter = retryAfter;
        return http.Response.WriteAsync("not now");
    };

    public static async Task HangAsync(HttpContext http) => await Task.Delay(Timeout.Infinite, http.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task TakeAsync(HttpContext http)
    {
        if (http.Request.ContentLength is null)
        {
            // as simple receivers, which know no chunks
            http.Abort();
            return;
        }

        var body = await JsonSerializer.DeserializeAsync<JsonElement>(http.Request.Body);
        Received.Enqueue((http.Request.Headers["Idempotency-Key"].ToString(), body, http.Request.Headers["X-Secret"]));
        if (Answers.TryDequeue(out var answer))
        {
            await answer(http);
        }
    }
}
