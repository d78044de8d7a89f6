using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using PinScheduler.Tests.EndToEnd;

namespace PinScheduler.Tests.Cli;

/// <summary>`--wait` while the database and the server are stopped and killed.</summary>
public sealed class WaitTests : IDisposable
{
    private readonly string _database = Directory.CreateTempSubdirectory("pinscheduler-wait-").FullName;

    [Fact]
    public async Task Wait_GoesOnOverAnOutage_AndSaysHowToLookAgainWhenItGivesUp()
    {
        var owner = MariaDb.StartOwn(_database);
        // without workers that clean a run stays where it is until it is cancelled
        await using var scheduler = await SchedulerProcess.StartAsAsync(_ => owner, "wait", "--Pipeline:Source:Posts=60", "--Pipeline:Workers:transform=0");
        var waiting = Command(scheduler, "run --posts 5 --wait");
        await waiting.LineAsync("drain-pin ");
        MariaDb.StopOwn(_database);
        Assert.EndsWith(" Still asking for run 1, for 600 s at most.", await waiting.LineAsync("The database does not answer ("), StringComparison.Ordinal);
        MariaDb.StartOwn(_database);
        await waiting.LineAsync("The server answers again, after ");
        await CancelAsync(scheduler, 1);
        Assert.True(await waiting.ExitAsync() == 1, waiting.Output);
        Assert.Single(Regex.Matches(waiting.Output, "does not answer"));
        Assert.Matches("(?m)^run 1 for [0-9-]+ cancelled after ", waiting.Output);

        // Ctrl-C while all is well, and while nobody answers
        var interrupted = await WatchingAsync(scheduler, "run --posts 0 --wait");
        Assert.Equal(130, await interrupted.SignalAsync("INT"));
        Assert.Equal("No longer waiting; run 2 was started and is not stopped by that. To look again: pinscheduler show 2", Last(interrupted));
        await CancelAsync(scheduler, 2);

        var patient = await WatchingAsync(scheduler, "run --posts 0 --wait");
        scheduler.KillServer();
        await patient.LineAsync($"No server answers at {scheduler.Http.BaseAddress}");
        Assert.Equal(3, await patient.SignalAsync("INT"));
        Assert.Equal("No longer waiting; run 3 was started and is not stopped by that. To look again: pinscheduler show 3", Last(patient));

        // who says how long he waits
        await scheduler.StartAsync();
        await CancelAsync(scheduler, 3);
        var address = scheduler.Http.BaseAddress!.ToString().TrimEnd('/');
        var impatient = await WatchingAsync(scheduler, $"run --posts 0 --wait --patience 1 --server {address}");
        scheduler.KillServer();
        Assert.Equal(3, await impatient.ExitAsync());
        Assert.Equal($"No answer for 1 s; run 4 was started and is not stopped by that. To look again: pinscheduler show 4 --server {address}", Last(impatient));
    }

    public void Dispose()
    {
        MariaDb.StopOwn(_database);
        Directory.Delete(_database, recursive: true);
    }

    private static ChildProcess Command(SchedulerProcess scheduler, string arguments) => new(
        scheduler.Data, new Dictionary<string, string> { ["PINSCHEDULER_SERVER"] = arguments.Contains("--server", StringComparison.Ordinal) ? "http://127.0.0.1:1" : scheduler.Http.BaseAddress!.ToString() }, "dotnet", [Path.Combine(AppContext.BaseDirectory, "PinScheduler.dll"), .. arguments.Split(' ')]);

    /// <summary>It has seen its run's first task end.</summary>
    private static async Task<ChildProcess> WatchingAsync(SchedulerProcess scheduler, string arguments)
    {
        var command = Command(scheduler, arguments);
        await command.LineAsync("topics ");
        return command;
    }

    // a connection of the server's that the outage has broken may be the one that is tried first
    private static async Task CancelAsync(SchedulerProcess scheduler, int run)
    {
        var started = Stopwatch.StartNew();
        while (true)
        {
            using var cancel = await scheduler.Http.PostAsJsonAsync($"/api/runs/{run}/cancel", new { });
            if (cancel.IsSuccessStatusCode)
            {
                return;
            }

            Assert.True(cancel.StatusCode == HttpStatusCode.ServiceUnavailable && started.Elapsed < ChildProcess.Patience, await cancel.Content.ReadAsStringAsync());
            await Task.Delay(20);
        }
    }

    private static string Last(ChildProcess command) => command.Output.TrimEnd('\n', '\r').Split('\n')[^1];
}
