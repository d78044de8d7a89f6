using Hangfire;
using Hangfire.Storage;
using PinScheduler.Orchestration.Jobs;
using PinScheduler.Orchestration.Runs;

namespace PinScheduler.Tests.Orchestration.Simulation;

/// <summary>One run, moved step by step. Numbers choose who moves and what befalls; when they are used up, both servers work on undisturbed until nothing moves.</summary>
internal sealed class RunSimulation(OrchestrationHost host, string pipeline, int edges) : IDisposable
{
    private const int MostSteps = 1000;
    private readonly SimulatedServer[] _servers = [new(host, "one"), new(host, "two")];
    private readonly Dictionary<string, int> _successes = [];
    private readonly List<TaskClaim> _late = [];
    private bool _isCancelled;
    private long _run;

    public async Task RunAsync(IReadOnlyList<int> choices)
    {
        await host.ExecuteAsync("delete from HangfireJobQueue; delete from HangfireSet where `Key` = 'schedule'");
        _run = await host.TriggerAsync(pipeline);
        foreach (var choice in choices)
        {
            await BefallAsync(_servers[choice % 2], choice / 2);
        }

        var idle = 0;
        for (var step = 0; idle < 2; step++)
        {
            Assert.True(step < MostSteps, $"Run {_run} has no end.");
            idle = await WorkAsync(_servers[step % 2]) || await WakeAsync() ? 0 : idle + 1;
        }

        await JudgeAsync();
    }

    public void Dispose() => Array.ForEach(_servers, server => server.Dispose());

    private async Task BefallAsync(SimulatedServer server, int what)
    {
        switch (what)
        {
            case < 3 when server.IsBusy:
                // its job is handed to another, and it may come back late
                if (server.Die() is { } claim)
                {
                    _late.Add(claim);
                }

                break;
            case < 6 when _late.Count > 0:
                await ComeBackAsync();
                break;
            case < 9:
                await host.Get<Reconciler>().RunOnceAsync(default);
                break;
            case 9 when !_isCancelled:
                await host.Get<RunControl>().TryCancelAsync(_run, default);
                _isCancelled = true;
                break;
            case < 14 when server.Claim is { } running && (await BoardAsync())[running.Key].Failures < 2:
                await server.FailAsync();
                break;
            case < 16:
                await WakeAsync();
                break;
            default:
                await WorkAsync(server);
                break;
        }
    }

    private async Task<bool> WorkAsync(SimulatedServer server)
    {
        var before = await BoardAsync();
        var held = server.Claim;
        var moved = await server.StepAsync();
        if (held is null && server.Claim is { } granted)
        {
            Assert.True(!_servers.Any(other => other != server && other.Claim?.Key == granted.Key), $"{granted.Key} was started twice at once");
            Assert.True(_successes.GetValueOrDefault(granted.Key) == 0, $"{granted.Key} was started again after it had succeeded");
            foreach (var parent in InterleavingTests.Parents(edges, int.Parse(granted.Key[1..])))
            {
                Assert.True(before[$"t{parent}"].State == TaskState.Succeeded, $"{granted.Key} was started while t{parent} was {before[$"t{parent}"].State}");
            }
        }

        if (server.JustSucceeded is { } done)
        {
            Succeeded(done);
        }

        return moved;
    }

    private void Succeeded(string task)
    {
        _successes[task] = _successes.GetValueOrDefault(task) + 1;
        Assert.True(_successes[task] == 1, $"{task} succeeded twice");
    }

    // thought dead, and still at work: what it did counts only where nobody has taken over
    private async Task ComeBackAsync()
    {
        var claim = _late[0];
        _late.RemoveAt(0);
        var now = (await BoardAsync())[claim.Key];
        var counts = now.State == TaskState.Running && now.Fence == claim.Fence!.Number;
        var board = await host.Get<TaskOutcomes>().SucceedAsync(claim, TestStage.Nothing);
        Assert.Equal(counts, board is not null);
        if (board is not null)
        {
            Succeeded(claim.Key);
        }
    }

    // what Hangfire's scheduler does with a job whose Job.Queue is set: into the queue, and nobody is asked
    private async Task<bool> WakeAsync()
    {
        if (await host.QueryAsync<string?>("select min(`Value`) from HangfireSet where `Key` = 'schedule'") is not { } scheduled)
        {
            return false;
        }

        var job = scheduled[(scheduled.IndexOf(':') + 1)..];

        using var connection = host.Storage.GetConnection();
        using var transaction = (JobStorageTransaction)connection.CreateWriteTransaction();
        transaction.RemoveFromSet("schedule", scheduled);
        transaction.SetJobState(job, new Hangfire.States.EnqueuedState("analyze"));
        transaction.AddToQueue("analyze", job);
        transaction.Commit();
        return true;
    }

    private async Task JudgeAsync()
    {
        var board = await BoardAsync();
        var tasks = string.Join(", ", board.Tasks.Select(task => $"{task.Key} {task.State}"));
        Assert.True(board.Run.IsEnded, $"Nothing moves, and run {_run} is {board.Run.State}: {tasks}");
        Assert.True(board.Run.State == RunState.Succeeded || (_isCancelled && board.Run.State == RunState.Cancelled), $"Run {_run} is {board.Run.State}: {tasks}");
        Assert.All(board.Tasks, task => Assert.True(task.State == TaskState.Succeeded || (_isCancelled && task.State is TaskState.Cancelled or TaskState.Failed), tasks));
        Assert.Equal(0, await host.QueryAsync<int>("select count(*) from task_attempt where run_id = @_run and ended_at is null", new { _run }));
    }

    private async Task<RunBoard> BoardAsync() => (await host.Get<RunStore>().ReadAsync(_run, default))!;
}
