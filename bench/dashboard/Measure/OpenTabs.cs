using System.Diagnostics;
using System.Net.Http.Json;
using DashboardBench.Servers;

namespace DashboardBench.Measure;

/// <summary>What open tabs cost the server and its database, while nothing goes on and while a run of 40 tasks does, each of which tells of its progress.</summary>
internal sealed class OpenTabs(SchedulerServer server, BenchDatabase database, TimeSpan watch)
{
    private const int Tabs = 50;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    // what opening them has brought about ends; then it counts
    private static readonly TimeSpan Lead = TimeSpan.FromSeconds(3);

    public async Task MeasureAsync()
    {
        Console.WriteLine($"\n| {Tabs} tabs for {watch.TotalSeconds:0} s | server, % of a core | more than without tabs | database, % of a core | more than without tabs | events/s | pages/s | polls/s |\n|---|---:|---:|---:|---:|---:|---:|---:|");
        // what is compiled on its first use would count for who is measured first
        await WatchAsync(Tabs, isBusy: true, isBrowser: true);
        foreach (var isBusy in new[] { false, true })
        {
            var name = isBusy ? "a run goes on" : "idle";
            var none = await WatchAsync(0, isBusy, isBrowser: false);
            Table.Row($"{name}, no tab", none.Server, "", none.Database, "", "", "", "");
            foreach (var isBrowser in new[] { false, true })
            {
                var some = await WatchAsync(Tabs, isBusy, isBrowser);
                Table.Row($"{name}, {(isBrowser ? "all that a browser asks for" : "live events alone")}", some.Server, some.Server - none.Server, some.Database, some.Database - none.Database, some.Events, some.Pages, some.Polls);
            }
        }
    }

    private async Task<(double Server, double Database, double Events, double Pages, double Polls)> WatchAsync(int count, bool isBusy, bool isBrowser)
    {
        // longer than it is watched: 8 stages of 5 tasks, 4 at once, are two tasks' time each
        var run = isBusy ? await server.TriggerAsync(BenchPipelines.Wide, new { seconds = (Patience + Lead + watch).TotalSeconds / (BenchPipelines.Layers * 2) }) : null;
        string[] pages = ["/hangfire/pipelines", "/hangfire/runs", $"/hangfire/pipelines/{BenchPipelines.Wide}", $"/hangfire/runs/{run ?? "1"}", $"/hangfire/runs/{run ?? "2"}"];
        using var closed = new CancellationTokenSource();
        var tabs = Enumerable.Range(0, count).Select(i => new Tab(server.Address, pages[i % pages.Length])).ToList();
        var staying = Task.WhenAll(tabs.Select(tab => tab.StayAsync(isBrowser, closed.Token)));
        await WaitAsync(Task.WhenAll(tabs.Select(static tab => tab.Opened)).WaitAsync(Patience));
        await WaitAsync(Task.Delay(Lead));
        var (before, worked, stored, started) = (Taken(tabs), server.ProcessorTime, database.ProcessorTime, Stopwatch.GetTimestamp());
        await WaitAsync(Task.Delay(watch));
        var (after, elapsed) = (Taken(tabs), Stopwatch.GetElapsedTime(started));
        (worked, stored) = (server.ProcessorTime - worked, database.ProcessorTime - stored);
        if (run is not null && await server.StateAsync(run) != "running")
        {
            throw new InvalidOperationException($"Run {run} was over before it had been watched.");
        }

        await closed.CancelAsync();
        await staying;
        tabs.ForEach(static tab => tab.Dispose());
        if (run is not null)
        {
            using var cancelled = await server.Http.PostAsync($"/api/runs/{run}/cancel", JsonContent.Create(new { }));
            await server.EndAsync(run);
        }

        return (100 * worked / elapsed, 100 * stored / elapsed, (after.Events - before.Events) / elapsed.TotalSeconds, (after.Pages - before.Pages) / elapsed.TotalSeconds, (after.Polls - before.Polls) / elapsed.TotalSeconds);

        // a tab that fails ends the measurement
        async Task WaitAsync(Task wait)
        {
            if (await Task.WhenAny(staying, wait) == staying)
            {
                await staying;
            }

            await wait;
        }
    }

    private static (int Events, int Pages, int Polls) Taken(List<Tab> tabs) => (tabs.Sum(static tab => tab.Taken.Events), tabs.Sum(static tab => tab.Taken.Pages), tabs.Sum(static tab => tab.Taken.Polls));
}
