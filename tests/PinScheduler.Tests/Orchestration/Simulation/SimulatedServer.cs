using System.Reflection;
using Hangfire;
using Hangfire.States;
using Hangfire.Storage;
using PinScheduler.Orchestration.Jobs;
using PinScheduler.Orchestration.Runs;
using PinScheduler.Stages;

namespace PinScheduler.Tests.Orchestration.Simulation;

/// <summary>A worker of one server, whose life with a job is cut into the steps between which anything may happen.</summary>
internal sealed class SimulatedServer(OrchestrationHost host, string name) : IDisposable
{
    private static readonly ConstructorInfo StateChange = typeof(StateChangeContext).GetConstructors(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic).MaxBy(constructor => constructor.GetParameters().Length)!;

    private readonly IStorageConnection _connection = host.Storage.GetConnection();
    private IFetchedJob? _job;
    private Func<Task>? _next;

    public bool IsBusy => _job is not null;

    /// <summary>While its stage is at work.</summary>
    public TaskClaim? Claim { get; private set; }

    /// <summary>The task that the last step has ended.</summary>
    public string? JustSucceeded { get; private set; }

    /// <returns>False where there is nothing to do.</returns>
    public async Task<bool> StepAsync()
    {
        JustSucceeded = null;
        if (_next is null && await host.QueryAsync<int>("select count(*) from HangfireJobQueue where FetchedAt is null") == 0)
        {
            return false;
        }

        var step = _next ?? FetchAsync;
        _next = null;
        await step();
        return true;
    }

    /// <summary>Its job is handed to another. The claim that it had, if any, it still believes in.</summary>
    public TaskClaim? Die()
    {
        var claim = Claim;
        _job!.Requeue();
        Leave();
        return claim;
    }

    public async Task FailAsync()
    {
        JustSucceeded = null;
        var failure = new StageFailedException("as drawn", retry: true);
        var (board, _) = await host.Get<TaskOutcomes>().FailAsync(Claim!, failure, retry: true);
        Claim = null;
        _next = () => FinishAsync(board is null ? null : new FailedState(failure), board: null);
    }

    public void Dispose()
    {
        _job?.Dispose();
        _connection.Dispose();
    }

    private Task FetchAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        _job = _connection.FetchNextJob(["analyze"], patience.Token);
        if (Change(Processing(), null, done: null, EnqueuedState.StateName, ProcessingState.StateName)?.Name == ProcessingState.StateName)
        {
            _next = ClaimAsync;
        }
        else
        {
            RemoveJob();
        }

        return Task.CompletedTask;
    }

    // as TaskJob does it
    private async Task ClaimAsync()
    {
        var arguments = _connection.GetJobData(_job!.JobId).Job.Args;
        var claim = await host.Get<TaskClaims>().ClaimAsync((long)arguments[0], (string)arguments[1], _job.JobId, name, default);
        switch (claim.Verdict)
        {
            case Verdict.Granted:
                Claim = claim;
                _next = EndAsync;
                return;
            case Verdict.Done:
                _next = () => FinishAsync(new SucceededState(null, 0, 0), board: null);
                return;
            case Verdict.NotYet or Verdict.Ended:
                await host.Get<RunJobs>().SendBackAsync(claim.Board, claim.Key, _job.JobId, claim.Reason, default);
                break;
            case Verdict.Stray:
                host.Get<RunJobs>().Delete([_job.JobId], claim.Reason);
                break;
        }

        _next = RemoveAsync;
    }

    private async Task EndAsync()
    {
        var claim = Claim!;
        Claim = null;
        if ((await host.Get<RunStore>().ReadAsync(claim.Run, default))!.Run.CancelledAt is not null)
        {
            await host.Get<TaskOutcomes>().CancelAsync(claim);
            host.Get<RunJobs>().Delete([_job!.JobId], "The run was cancelled");
            _next = RemoveAsync;
            return;
        }

        var board = await host.Get<TaskOutcomes>().SucceedAsync(claim, TestStage.Nothing);
        JustSucceeded = board is null ? null : claim.Key;
        _next = () => FinishAsync(board is null ? null : new SucceededState(null, 0, 0), board);
    }

    /// <param name="state">Null: the attempt was superseded, and Hangfire changes no state.</param>
    private Task FinishAsync(IState? state, RunBoard? board)
    {
        if (state is not null)
        {
            // the storage takes the job from its queue with the same commit, so Hangfire has it do so; what is removed after that is gone already
            Change(state, board, _job, ProcessingState.StateName);
        }

        _next = RemoveAsync;
        return Task.CompletedTask;
    }

    private Task RemoveAsync()
    {
        RemoveJob();
        return Task.CompletedTask;
    }

    private void RemoveJob()
    {
        _job!.RemoveFromQueue();
        Leave();
    }

    private void Leave()
    {
        _job!.Dispose();
        (_job, _next, Claim) = (null, null, null);
    }

    private IState Processing() => (IState)typeof(ProcessingState).GetConstructors(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public)
        .Single(constructor => constructor.GetParameters().Length == 2).Invoke([name, "worker"]);

    // Hangfire's own worker gives what a job leaves for its filters in a constructor that is not public
    private IState? Change(IState state, RunBoard? board, IFetchedJob? done, params string[] from)
    {
        var left = new Dictionary<string, object>();
        if (board is not null)
        {
            left[TaskElection.BoardItem] = board;
        }

        var arguments = StateChange.GetParameters().Select(parameter => parameter.ParameterType switch
        {
            { } type when type == typeof(JobStorage) => host.Storage,
            { } type when type == typeof(IStorageConnection) => _connection,
            { } type when type == typeof(IState) => state,
            { } type when type == typeof(IFetchedJob) => done,
            { } type when type == typeof(IEnumerable<string>) => from,
            { } type when type == typeof(string) => parameter.Name == "backgroundJobId" ? _job!.JobId : name,
            { } type when type == typeof(bool) => false,
            { } type when type == typeof(CancellationToken) => CancellationToken.None,
            { } type when type.IsAssignableFrom(typeof(Dictionary<string, object>)) => left,
            { Name: "IProfiler" } type => type.Assembly.GetType("Hangfire.Profiling.EmptyProfiler", throwOnError: true)!.GetField("Instance", BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public)!.GetValue(null),
            _ => (object?)null,
        });
        return new BackgroundJobStateChanger().ChangeState((StateChangeContext)StateChange.Invoke([.. arguments]));
    }
}
