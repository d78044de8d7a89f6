using System.Diagnostics;
using Dapper;
using MySqlConnector;
using OrchestrationBench.Chaos;
using OrchestrationBench.Servers;
using PinScheduler.Orchestration.Runs;

namespace OrchestrationBench.Measure;

/// <summary>Each scenario, one after another, on one server in this process; takeover with two processes of their own.</summary>
internal sealed class MeasureRun(int rounds, TimeSpan warmUp, IReadOnlyList<string> only, RunEnds ends)
{
    private const int Cancels = 20;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private readonly StopClock _stops = new();

    public async Task RunAsync()
    {
        using var database = new BenchDatabase();
        await using var counter = new MySqlConnection(database.ConnectionString);
        await counter.OpenAsync();
        Console.WriteLine(Figures.Machine("MariaDB " + await counter.ExecuteScalarAsync<string>("select version()")) + $"; {rounds} rounds\n");
        await using (var server = await BenchServer.StartAsync(database.ConnectionString, services => Shapes.Add(services, _stops), new() { ["Pipeline:Workers:ingest"] = "0" }, ends))
        {
            var started = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(started) < warmUp)
            {
                await OneAsync(server, Shapes.Layers30);
                await OneAsync(server, Shapes.Chain30);
            }

            await WhenAsync("shapes", () => ShapesAsync(server, counter));
            await WhenAsync("cancel", () => CancelAsync(server));
            await WhenAsync("busy", () => BusyAsync(server));
            await WhenAsync("history", () => HistoryAsync(server, counter));
        }

        await WhenAsync("takeover", () => TakeoverAsync(database, counter));
        Console.WriteLine($"\nload average at the end {Figures.Load()}");
    }

    private Task WhenAsync(string part, Func<Task> measure) => only.Count == 0 || only.Contains(part) ? measure() : Task.CompletedTask;

    private async Task ShapesAsync(BenchServer server, MySqlConnection counter)
    {
        Console.WriteLine("| run | tasks | trigger → end ms | a task ms | fastest round ms | statements a task | commits a task | changed rows' statements a task |\n|---|---:|---:|---:|---:|---:|---:|---:|");
        foreach (var (shape, tasks) in Shapes.Sizes)
        {
            var times = new List<double>();
            var before = await DatabaseWork.ReadAsync(counter);
            for (var round = 0; round < rounds; round++)
            {
                times.Add(await OneAsync(server, shape));
            }

            var work = (await DatabaseWork.ReadAsync(counter)).Since(before);
            var all = (double)rounds * tasks;
            Write(shape, $"{tasks}", Figures.Median(times), Figures.Median(times) / tasks, times.Min(), work.Statements / all, work.Writes / all, work.Changes / all);
        }
    }

    private async Task CancelAsync(BenchServer server)
    {
        Console.WriteLine("\n| cancel → task has stopped | median ms | p95 ms | longest ms |\n|---|---:|---:|---:|");
        foreach (var shape in new[] { Shapes.Waits, Shapes.Sleeps })
        {
            var times = new List<double>();
            for (var i = 0; i < Cancels; i++)
            {
                var run = await StartAsync(server, shape);
                await _stops.BegunAsync();
                // not in step with whatever looks once a while
                await Task.Delay(Random.Shared.Next(1000));
                var asked = Stopwatch.GetTimestamp();
                await server.Get<RunControl>().CancelAsync(run, default);
                times.Add(Stopwatch.GetElapsedTime(asked, await _stops.StoppedAsync()).TotalMilliseconds);
                await ends.OfAsync(run).WaitAsync(Patience);
            }

            Write(shape == Shapes.Waits ? "a stage that watches its token" : "a stage in a SQL statement", Figures.Median(times), Figures.At(times, 0.95), times.Max());
        }
    }

    private async Task BusyAsync(BenchServer server)
    {
        var active = new List<long>();
        for (var i = 0; i < 200; i++)
        {
            active.Add(await StartAsync(server, Shapes.Held));
        }

        var starts = new List<double>();
        var times = new List<double>();
        for (var round = 0; round < rounds * 3; round++)
        {
            var (start, whole) = await StartedAsync(server, Shapes.Steps3);
            starts.Add(start);
            times.Add(whole);
        }

        Console.WriteLine("\n| while 200 other runs are active | median ms | longest ms |\n|---|---:|---:|");
        Write("start of a run (the call)", Figures.Median(starts), starts.Max());
        Write("3 steps, trigger → end", Figures.Median(times), times.Max());
        foreach (var run in active)
        {
            await server.Get<RunControl>().CancelAsync(run, default);
        }
    }

    private async Task HistoryAsync(BenchServer server, MySqlConnection counter)
    {
        await History.AddAsync(counter, runs: 10_000, tasks: 30, version: await counter.ExecuteScalarAsync<string>("select max(version) from pipeline_version where pipeline = @pipeline", new { pipeline = Shapes.Chain30 }) ?? "");
        using var http = new HttpClient { BaseAddress = new Uri(server.Address) };
        var (times, list, one) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round < rounds * 3; round++)
        {
            times.Add(await OneAsync(server, Shapes.Steps3));
            list.Add(await TimeAsync(() => http.GetStringAsync("/api/runs?limit=50")));
            one.Add(await TimeAsync(() => http.GetStringAsync("/api/runs/" + (100_000 + Random.Shared.Next(10_000)))));
        }

        Console.WriteLine("\n| with 10,000 runs of 30 tasks in the history | median ms | longest ms |\n|---|---:|---:|");
        Write("3 steps, trigger → end", Figures.Median(times), times.Max());
        Write("GET /api/runs?limit=50", Figures.Median(list), list.Max());
        Write("GET /api/runs/{id} of an old run of 30", Figures.Median(one), one.Max());
    }

    private async Task TakeoverAsync(BenchDatabase database, MySqlConnection counter)
    {
        var times = new List<double>();
        for (var round = 0; round < rounds; round++)
        {
            using var first = await ServerProcess.StartAsync(database.ConnectionString, ChaosPipelines.OnlyLinger);
            using var http = new HttpClient();
            var run = await Story.TriggerAsync(http, new Uri(first.Address, $"/api/pipelines/{ChaosPipelines.Linger}/runs"));
            await AttemptAsync(counter, run, 1);
            using var second = await ServerProcess.StartAsync(database.ConnectionString, ChaosPipelines.OnlyLinger);
            var killed = await counter.ExecuteScalarAsync<DateTime>("select utc_timestamp(6)");
            first.Kill();
            times.Add((await AttemptAsync(counter, run, 2) - killed).TotalSeconds);
        }

        Console.WriteLine("\n| SIGKILL of a server → its task runs on another | median s | longest s |\n|---|---:|---:|");
        Write("one task at work", Figures.Median(times), times.Max());
    }

    private static async Task<DateTime> AttemptAsync(MySqlConnection counter, string run, int attempt)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            if (await counter.ExecuteScalarAsync<DateTime?>("select started_at from task_attempt where run_id = @run and attempt = @attempt", new { run, attempt }) is { } at)
            {
                return at;
            }

            if (Stopwatch.GetElapsedTime(started) > Patience)
            {
                throw new TimeoutException($"Run {run} has had no attempt {attempt} for {Patience}.");
            }

            await Task.Delay(10);
        }
    }

    private async Task<double> OneAsync(BenchServer server, string shape) => (await StartedAsync(server, shape)).Whole;

    private async Task<(double Start, double Whole)> StartedAsync(BenchServer server, string shape)
    {
        var asked = Stopwatch.GetTimestamp();
        var run = await StartAsync(server, shape);
        var start = Stopwatch.GetElapsedTime(asked).TotalMilliseconds;
        var (at, state) = await ends.OfAsync(run).WaitAsync(Patience);
        return state == RunState.Succeeded ? (start, Stopwatch.GetElapsedTime(asked, at).TotalMilliseconds) : throw new InvalidOperationException($"Run {run} of {shape} is {state}.");
    }

    private static async Task<long> StartAsync(BenchServer server, string shape) =>
        (await server.Get<RunStarter>().StartAsync(new RunRequest { Pipeline = shape, Trigger = TriggerKind.Api }, default)).Run;

    private static async Task<double> TimeAsync(Func<Task> work)
    {
        var started = Stopwatch.GetTimestamp();
        await work();
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }

    private static void Write(string what, params object[] figures) => Console.WriteLine($"| {what} | {string.Join(" | ", figures.Select(figure => figure is double number ? Figures.Text(number) : figure))} |");
}
