using DashboardBench.Servers;
using Microsoft.Playwright;

namespace DashboardBench.Measure;

/// <summary>A task says 1,000 lines a second into a log that a browser has open: how old a line is when it is in the page, and whether the page stutters.</summary>
internal sealed class StreamTimes(Browser browser, SchedulerServer server, TimeSpan watch)
{
    private const int Rate = 1000;

    // the page opens, the first lines come; then what is seen counts
    private static readonly TimeSpan Lead = TimeSpan.FromSeconds(3);

    private const string Observe =
        """
        const fresh = () => ({ ages: [], numbers: [], tasks: [], gaps: [], batches: 0 });
        window.bench = fresh();
        window.benchTake = () => { const taken = window.bench; window.bench = fresh(); return taken; };
        const clock = () => performance.timeOrigin + performance.now();
        new PerformanceObserver((list) => list.getEntries().forEach((entry) => window.bench.tasks.push(entry.duration))).observe({ type: "longtask" });
        document.addEventListener("DOMContentLoaded", () => {
          new MutationObserver((records) => {
            const now = clock();
            let any = false;
            for (const record of records) {
              for (const node of record.addedNodes) {
                // a block comes empty
                const said = !node.matches(".ps-log > div > div") && /line (\d+) at ([\d.]+):/.exec(node.textContent);
                if (said) { window.bench.numbers.push(Number(said[1])); window.bench.ages.push(now - Number(said[2])); any = true; }
              }
            }
            if (any) { window.bench.batches++; }
          }).observe(document.querySelector(".ps-log > div"), { childList: true, subtree: true });
          let last = performance.now();
          const frame = (at) => { window.bench.gaps.push(at - last); last = at; requestAnimationFrame(frame); };
          requestAnimationFrame(frame);
        });
        """;

    public async Task MeasureAsync()
    {
        var run = await server.TriggerAsync(BenchPipelines.Talk, new { seconds = (watch + (2 * Lead)).TotalSeconds, lines = Rate });
        while (await server.StateAsync(run) == "queued")
        {
            await Task.Delay(20);
        }

        var page = await browser.NewProfileAsync(Observe);
        var tools = await page.Context.NewCDPSessionAsync(page);
        // the thread's own time, which no other load on the machine changes
        await tools.SendAsync("Performance.enable", new() { ["timeDomain"] = "threadTicks" });
        await page.GotoAsync($"/hangfire/runs/{run}/log");
        await Task.Delay(Lead);
        await page.EvaluateAsync("window.benchTake()");
        var (worked, before) = (server.ProcessorTime, await ThreadTimesAsync(tools));
        await Task.Delay(watch);
        var (after, share) = (await ThreadTimesAsync(tools), 100 / watch.TotalSeconds);
        worked = server.ProcessorTime - worked;
        var seen = await page.EvaluateAsync<Seen>("window.benchTake()");
        await page.Context.CloseAsync();
        await server.EndAsync(run);
        var missing = seen.Numbers.Length == 0 ? 0 : seen.Numbers.Max() - seen.Numbers.Min() + 1 - seen.Numbers.Distinct().Count();
        Console.WriteLine($"\n| {Rate:N0} lines/s into an open log, {watch.TotalSeconds:0} s | |\n|---|---:|");
        Table.Row("lines/s in the page", seen.Numbers.Length / watch.TotalSeconds);
        Table.Row("missing or out of order", missing + seen.Numbers.Zip(seen.Numbers.Skip(1)).Count(static pair => pair.Second <= pair.First));
        Table.Row("said → in the page, p50 ms", Figures.Median(seen.Ages));
        Table.Row("said → in the page, p99 ms", Figures.At(seen.Ages, 0.99));
        Table.Row("times a second that the page grows", seen.Batches / watch.TotalSeconds);
        foreach (var (part, metric) in new[] { ("in all", "TaskDuration"), ("scripts", "ScriptDuration"), ("style", "RecalcStyleDuration"), ("layout", "LayoutDuration") })
        {
            Table.Row($"the page's thread, % of a core: {part}", share * (after[metric] - before[metric]));
        }

        Table.Row("longest task of the page's thread, ms (0: none of 50 or more)", seen.Tasks.Append(0).Max());
        Table.Row("between two frames, p99 ms", Figures.At(seen.Gaps, 0.99));
        Table.Row("between two frames, longest ms", seen.Gaps.Append(0).Max());
        Table.Row("server, % of a core", 100 * worked / watch);
    }

    private static async Task<Dictionary<string, double>> ThreadTimesAsync(ICDPSession tools) =>
        (await tools.SendAsync("Performance.getMetrics"))!.Value.GetProperty("metrics").EnumerateArray().ToDictionary(static metric => metric.GetProperty("name").GetString()!, static metric => metric.GetProperty("value").GetDouble());

    private sealed record Seen
    {
        public double[] Ages { get; set; } = [];

        public long[] Numbers { get; set; } = [];

        public double[] Tasks { get; set; } = [];

        public double[] Gaps { get; set; } = [];

        public int Batches { get; set; }
    }
}
