using System.Diagnostics;
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
        var address = scheduler.Http.BaseAddress!.ToString().TrimEnd('/');

        var waiting = Command(scheduler, "run --posts 5 --wait");
        await waiting.LineAsync("drain-pin ");
        MariaDb.StopOwn(_database);
        Assert.EndsWith(" Still asking for run 1, for 600 s at most.", await waiting.LineAsync("The database does not answer ("), StringComparison.Ordinal);
        MariaDb.StartOwn(_database);
        await waiting.LineAsync("The server answers again, after ");
        using (var cancel = await scheduler.Http.PostAsJsonAsync("/api/runs/1/cancel", new { }))
        {
            Assert.True(cancel.IsSuccessStatusCode);
        }

        Assert.Equal(1, await waiting.ExitAsync());
        Assert.Single(Regex.Matches(waiting.Output, "does not answer"));
        Assert.Matches("(?m)^run 1 for [0-9-]+ cancelled after ", waiting.Output);

        // Ctrl-C while all is well, and while nobody answers; and who waits no longer than he said
        var interrupted = await StartedAsync(scheduler, "run --posts 0 --wait", runs: 2);
        Assert.Equal(130, await interrupted.SignalAsync("INT"));
        Assert.Equal("No longer waiting; run 2 was started and is not stopped by that. To look again: pinscheduler show 2", Last(interrupted));

        var patient = await StartedAsync(scheduler, "run --posts 0 --wait", runs: 3);
        var impatient = await StartedAsync(scheduler, $"run --posts 0 --wait --patience 1 --json --server {address}", runs: 4);
        scheduler.KillServer();
        Assert.Equal(3, await impatient.ExitAsync());
        Assert.Equal($"No answer for 1 s; run 4 was started and is not stopped by that. To look again: pinscheduler show 4 --server {address}", Last(impatient));
        await patient.LineAsync($"No server answers at {address}");
        Assert.Equal(3, await patient.SignalAsync("INT"));
        Assert.EndsWith("To look again: pinscheduler show 3", Last(patient), StringComparison.Ordinal);
    }

    public void Dispose()
    {
        MariaDb.StopOwn(_database);
        Directory.Delete(_database, recursive: true);
    }

    private static ChildProcess Command(SchedulerProcess scheduler, string arguments) => new(
        scheduler.Data, new Dictionary<string, string> { ["PINSCHEDULER_SERVER"] = scheduler.Http.BaseAddress!.ToString() }, "dotnet", [Path.Combine(AppContext.BaseDirectory, "PinScheduler.dll"), .. arguments.Split(' ')]);

    private static async Task<ChildProcess> StartedAsync(SchedulerProcess scheduler, string arguments, int runs)
    {
        var command = Command(scheduler, arguments);
        var started = Stopwatch.StartNew();
        while ((await scheduler.Http.GetFromJsonAsync<object[]>("/api/runs"))!.Length < runs)
        {
            Assert.True(started.Elapsed < ChildProcess.Patience, command.Output);
            await Task.Delay(20);
        }

        return command;
    }

    private static string Last(ChildProcess command) => command.Output.TrimEnd('\n', '\r').Split('\n')[^1];
}
