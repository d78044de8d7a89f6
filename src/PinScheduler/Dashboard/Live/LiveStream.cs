using Hangfire.Dashboard;

namespace PinScheduler.Dashboard.Live;

/// <summary>/hangfire/live?topic=…: an event whenever the topic has changed; the page then fetches its parts anew.</summary>
internal static class LiveStream
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    // so that a connection that is dead is noticed, by either side and by what is between
    private const int BeatsBetweenSigns = 20;

    /// <summary>What makes a page follow a topic.</summary>
    public static PageHtml Watch(UrlHelper url, string topic) => new PageHtml().Add($"<div data-ps-watch=\"{url.To("/live")}?topic={topic}\"></div>");

    public static async Task SendAsync(PageRequest request, Func<string, string, Task> sendAsync, CancellationToken cancellationToken)
    {
        var (pulse, time, topic) = (request.Get<Pulse>(), request.Get<TimeProvider>(), request.Query("topic") ?? Pulse.Runs);
        // the first event comes at once: between the page and its stream a run may have been retried and have ended, which leaves no mark
        string? seen = null;
        for (var beat = 0; ; beat++)
        {
            var mark = await pulse.MarkAsync(topic, cancellationToken);
            if (mark != seen)
            {
                await sendAsync("changed", mark);
                seen = mark;
            }
            else if (beat % BeatsBetweenSigns == 0)
            {
                await sendAsync("alive", "");
            }

            await Task.Delay(Interval, time, cancellationToken);
        }
    }
}
