using Hangfire.Dashboard;
using MySqlConnector;

namespace PinScheduler.Dashboard.Live;

/// <summary>A response of server-sent events, which ends when the browser goes or the server stops.</summary>
/// <param name="stream">Sends events by the function that it is given (name, data), until it returns.</param>
internal sealed class ServerEvents(Func<PageRequest, Func<string, string, Task>, CancellationToken, Task> stream) : IDashboardDispatcher
{
    public async Task Dispatch(DashboardContext context)
    {
        var request = new PageRequest(context);
        var response = request.Http.Response;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(request.Aborted, request.Get<IHostApplicationLifetime>().ApplicationStopping);
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-store";
        // a proxy that collects answers would hold back what should be seen now
        response.Headers["X-Accel-Buffering"] = "no";
        try
        {
            await stream(request, SendAsync, end.Token);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // the page was closed, or the server stops
        }
        catch (MySqlException) when (response.HasStarted)
        {
            // the answer ends here; the browser asks again in some seconds, and what it then gets says what is the matter
        }

        async Task SendAsync(string name, string data)
        {
            await response.WriteAsync($"event: {name}\ndata: {data}\n\n", end.Token);
            await response.Body.FlushAsync(end.Token);
        }
    }
}
