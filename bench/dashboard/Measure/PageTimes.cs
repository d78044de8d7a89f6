using System.Diagnostics;
using DashboardBench.Data;
using DashboardBench.Servers;

namespace DashboardBench.Measure;

/// <summary>Every page over HTTP, ours and Hangfire's: when its first byte comes.</summary>
internal sealed class PageTimes(SchedulerServer server, BenchDatabase database, Landmarks marks, int samples)
{
    private const double TargetMilliseconds = 150;

    private const int WarmUp = 3;

    private IEnumerable<string> Pages =>
    [
        "/pipelines", $"/pipelines/{BenchPipelines.Wide}", $"/pipelines/{BenchPipelines.Wide}?runs=400", "/pipelines/nightly?runs=400", "/pipelines/nightly?from=2026-01-01&to=2026-12-31",
        "/runs", "/runs?pipeline=nightly&state=failed", $"/runs/{marks.Wide}", $"/runs/{marks.Nightly}", $"/runs/{marks.Nightly}/lineage", $"/runs/{marks.Nightly}/compare", $"/runs/{marks.Nightly}/cleaned/pin",
        $"/runs/{marks.Nightly}/checks/{marks.Check}", $"/runs/{marks.Wide}/tasks/l3t2", $"/runs/{marks.Loud}/tasks/l3t2", $"/runs/{marks.Wide}/log", $"/runs/{marks.Loud}/log", $"/runs/{marks.Loud}/log?task=l3t2",
        $"/runs/{marks.Loud}/log?level=warning", $"/runs/{marks.Loud}/log?search=9999:", "/activity", "/files", "/results", "/results/popular_category_by_year", "/results/popular_category_by_country?difference=1", "/topics", "/topics?peek=pinterest.pin",
        "/quality", "/system", "/warehouse",
        "", "/jobs/enqueued", "/jobs/scheduled", "/jobs/processing", "/jobs/succeeded", "/jobs/succeeded?from=0&count=500", "/jobs/succeeded?from=9990&count=10", "/jobs/failed", "/jobs/deleted", "/jobs/awaiting",
        $"/jobs/details/{marks.Job}", "/retries", "/recurring", "/servers",
    ];

    public async Task MeasureAsync()
    {
        var pages = Pages.ToList();
        var cold = new List<double>();
        foreach (var page in pages)
        {
            cold.Add((await AskAsync(page)).First);
        }

        Console.WriteLine("\n| page | first visit ms | first byte ms | p95 ms | all of it ms | KB | server's work ms | database's ms | |\n|---|---:|---:|---:|---:|---:|---:|---:|---|");
        foreach (var (page, first) in pages.Zip(cold))
        {
            for (var i = 0; i < WarmUp; i++)
            {
                await AskAsync(page);
            }

            var (times, worked, stored) = (new List<(double First, double All, int Bytes)>(), server.ProcessorTime, database.ProcessorTime);
            for (var i = 0; i < samples; i++)
            {
                times.Add(await AskAsync(page));
            }

            (worked, stored) = (server.ProcessorTime - worked, database.ProcessorTime - stored);
            var byByte = times.Select(static time => time.First).ToList();
            Table.Row($"/hangfire{page}", first, Figures.Median(byByte), Figures.At(byByte, 0.95), Figures.Median(times.Select(static time => time.All)), times[0].Bytes / 1000.0, worked.TotalMilliseconds / samples, stored.TotalMilliseconds / samples, Figures.Median(byByte) < TargetMilliseconds ? "" : "**slow**");
        }
    }

    private async Task<(double First, double All, int Bytes)> AskAsync(string page)
    {
        var started = Stopwatch.GetTimestamp();
        using var answer = await server.Http.GetAsync("/hangfire" + page, HttpCompletionOption.ResponseHeadersRead);
        if (!answer.IsSuccessStatusCode)
        {
            throw new InvalidOperationException($"/hangfire{page} answers {(int)answer.StatusCode}:\n{await answer.Content.ReadAsStringAsync()}");
        }

        await using var body = await answer.Content.ReadAsStreamAsync();
        var buffer = new byte[64 * 1024];
        var bytes = await body.ReadAsync(buffer.AsMemory(0, 1));
        var first = Stopwatch.GetElapsedTime(started);
        while (await body.ReadAsync(buffer) is > 0 and var read)
        {
            bytes += read;
        }

        return (first.TotalMilliseconds, Stopwatch.GetElapsedTime(started).TotalMilliseconds, bytes);
    }
}
