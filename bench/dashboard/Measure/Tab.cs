using System.Net;
using System.Text.RegularExpressions;

namespace DashboardBench.Measure;

/// <summary>An open tab, as a browser's scripts behave: it follows its live events, fetches its page anew when they say so, and asks for Hangfire's statistics.</summary>
internal sealed partial class Tab(Uri server, string path) : IDisposable
{
    // as live.js has it
    private static readonly TimeSpan LeastBetweenRefreshes = TimeSpan.FromMilliseconds(300);
    private readonly HttpClient _http = new(new SocketsHttpHandler { CookieContainer = new CookieContainer(), AutomaticDecompression = DecompressionMethods.All }) { BaseAddress = server, Timeout = Timeout.InfiniteTimeSpan };
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _events;
    private int _pages;
    private int _polls;

    public (int Events, int Pages, int Polls) Taken => (_events, _pages, _polls);

    /// <summary>When it shows its page and has heard of it for the first time.</summary>
    public Task Opened => _opened.Task;

    /// <param name="isBrowser">False: only the stream of events is held.</param>
    /// <param name="closed">Ends it.</param>
    public async Task StayAsync(bool isBrowser, CancellationToken closed)
    {
        try
        {
            var html = await _http.GetStringAsync(path, closed);
            await Task.WhenAll(FollowAsync(html, isBrowser, closed), isBrowser ? PollAsync(html, closed) : Task.CompletedTask);
        }
        catch (OperationCanceledException) when (closed.IsCancellationRequested)
        {
            // the tab is closed
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task FollowAsync(string html, bool isBrowser, CancellationToken closed)
    {
        var stream = Attribute(html, "data-ps-watch") ?? throw new InvalidOperationException($"'{path}' follows no live events.");
        using var reader = new StreamReader(await _http.GetStreamAsync(stream, closed));
        var refreshing = Task.CompletedTask;
        var again = 0;
        while (await reader.ReadLineAsync(closed) is { } line)
        {
            if (line != "event: changed")
            {
                continue;
            }

            _events++;
            _opened.TrySetResult();
            if (isBrowser && Interlocked.Exchange(ref again, 1) == 0 && refreshing.IsCompleted)
            {
                refreshing = RefreshAsync();
            }
        }

        async Task RefreshAsync()
        {
            while (Interlocked.Exchange(ref again, 0) == 1)
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { { "PS-Parts", "1" } } };
                using var answer = await _http.SendAsync(request, closed);
                answer.EnsureSuccessStatusCode();
                await answer.Content.ReadAsStringAsync(closed);
                _pages++;
                await Task.Delay(LeastBetweenRefreshes, closed);
            }
        }
    }

    private async Task PollAsync(string html, CancellationToken closed)
    {
        var (url, header, token) = (Attribute(html, "data-pollurl")!, Meta(html, "csrf-header"), Meta(html, "csrf-token"));
        var metrics = MetricName().Matches(html).Select(static match => KeyValuePair.Create("metrics[]", WebUtility.HtmlDecode(match.Groups[1].Value))).ToList();
        var interval = TimeSpan.FromMilliseconds(int.Parse(Attribute(html, "data-pollinterval")!));
        // tabs are not opened in step
        await Task.Delay(interval * Random.Shared.NextDouble(), closed);
        while (true)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new FormUrlEncodedContent(metrics) };
            request.Headers.Add(header, token);
            using var answer = await _http.SendAsync(request, closed);
            answer.EnsureSuccessStatusCode();
            _polls++;
            await Task.Delay(interval, closed);
        }
    }

    private static string? Attribute(string html, string name) => Regex.Match(html, $"{name}=\"([^\"]*)\"") is { Success: true } match ? WebUtility.HtmlDecode(match.Groups[1].Value) : null;

    private static string Meta(string html, string name) => WebUtility.HtmlDecode(Regex.Match(html, $"<meta name=\"{name}\" content=\"([^\"]*)\"").Groups[1].Value);

    [GeneratedRegex("data-metric=\"([^\"]*)\"")]
    private static partial Regex MetricName();
}
