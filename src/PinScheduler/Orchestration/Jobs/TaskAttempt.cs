using Hangfire.Server;
using PinScheduler.Database;
using PinScheduler.Orchestration.Graph;
using PinScheduler.Orchestration.Runs;
using PinScheduler.Stages;
using PinScheduler.Telemetry;

namespace PinScheduler.Orchestration.Jobs;

/// <summary>Runs a claimed task's stage and ends the attempt by what came of it.</summary>
internal sealed class TaskAttempt(
    IServiceProvider services, PipelineCatalog pipelines, TaskOutcomes outcomes, RunJobs jobs, RunStarter starter, RunWarnings warnings, AttemptWatch watch, TaskLog taskLog, Warehouse warehouse, TimeProvider time, ILogger<TaskAttempt> log)
{
    /// <summary>How long the database may be away before a finished attempt is given up and done again by somebody else.</summary>
    private static readonly TimeSpan OutcomePatience = TimeSpan.FromMinutes(1);

    public async Task RunAsync(TaskClaim claim, PerformContext context, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var limit = new CancellationTokenSource(claim.Board.Graph[claim.Key].TimeOutSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : Timeout.InfiniteTimeSpan, time);
        using var timed = CancellationTokenSource.CreateLinkedTokenSource(stop.Token, limit.Token);
        using var watched = watch.Begin(claim, stop);
        await using var journal = taskLog.Begin(claim);
        using var span = SchedulerTelemetry.BeginAttempt(warehouse.DatabaseName, claim.Run, claim.Board.Run.Pipeline, claim.Key, claim.Attempt);
        var began = time.GetTimestamp();
        StageResult result;
        try
        {
            result = await RunStageAsync(claim, journal, timed.Token);
        }
        catch (Exception exception) when (exception is FenceLostException || watched.IsSuperseded)
        {
            Ended("superseded", exception.Message);
            throw Superseded(claim);
        }
        catch (Exception exception) when (watched.IsCancelled)
        {
            Ended("cancelled", null);
            journal.End(LogLevel.Information, $"Stopped, because the run was cancelled ({exception.Message})");
            await journal.FlushAsync();
            var board = await PersistAsync(claim, () => outcomes.CancelAsync(claim));
            jobs.Delete([context.BackgroundJob.Id], "The run was cancelled");
            await GoOnAsync(board, claim);
            throw new JobAbortedException();
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            Ended("handed_back", null);
            journal.End(LogLevel.Warning, "Stopped, because its server stops or its job was taken away");
            await journal.FlushAsync();
            // where the job was deleted the task is cancelled by now, and nothing is written
            await PersistAsync(claim, () => outcomes.HandBackAsync(claim));
            throw;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            var failure = limit.IsCancellationRequested && exception is OperationCanceledException
                ? new TimeoutException($"The task ran longer than the {claim.Board.Graph[claim.Key].TimeOutSeconds} s that an attempt may take.", exception)
                : exception;
            Ended("failed", failure.Message);
            journal.End(LogLevel.Error, failure is StageFailedException ? failure.Message : failure.ToString());
            await journal.FlushAsync();
            await FailAsync(claim, context, failure);
            if (ReferenceEquals(failure, exception))
            {
                throw;
            }

            throw failure;
        }

        Ended("succeeded", null);
        await journal.FlushAsync();
        var ended = await GoOnAsync(await PersistAsync(claim, () => outcomes.SucceedAsync(claim, result)), claim);
        context.Items[TaskElection.BoardItem] = ended;
        jobs.PushBeyondSkipped(ended, claim.Key);

        void Ended(string state, string? error) => SchedulerTelemetry.AttemptEnded(span, claim.Board.Run.Pipeline, claim.Key, state, time.GetElapsedTime(began), error);
    }

    /// <summary>Ends the job of a task that has failed in the place of another attempt.</summary>
    public async Task GiveUpAsync(TaskClaim claim)
    {
        OrchestrationLog.GivenUp(log, claim.Run, claim.Key, claim.Attempt);
        jobs.PushReady(await GoOnAsync(claim.Board, claim));
        throw new StageFailedException(claim.Reason);
    }

    private async Task<StageResult> RunStageAsync(TaskClaim claim, AttemptJournal journal, CancellationToken cancellationToken)
    {
        var task = pipelines.Find(claim.Board.Run.Pipeline)?.Task(claim.Key)
            ?? throw new StageFailedException($"This server's program has no task '{claim.Key}' in a pipeline '{claim.Board.Run.Pipeline}' any more. Put it back (its file in sql/, say), start the server again and retry; or skip it in this run; or start a new run, which has no such task.");
        var context = new StageContext
        {
            RunId = claim.Run,
            TaskKey = claim.Key,
            LogicalDate = claim.Board.Run.LogicalDate,
            Parameters = claim.Board.Run.ReadParameters(),
            Attempt = claim.Attempt,
            Fence = claim.Fence!,
            Log = journal.Logger,
            Report = journal.Report,
            WarnAsync = text =>
            {
                journal.Write(LogLevel.Warning, text);
                return warnings.AddAsync(claim.Run, claim.Key, text, cancellationToken);
            },
        };
        return await task.Create(services).RunAsync(context, cancellationToken);
    }

    private async Task FailAsync(TaskClaim claim, PerformContext context, Exception failure)
    {
        OrchestrationLog.AttemptFailed(log, failure, claim.Run, claim.Key, claim.Attempt);
        var (board, replaced) = await PersistAsync(claim, () => outcomes.FailAsync(claim, failure, retry: failure is not StageFailedException { Retry: false }));
        if (replaced.Count > 0)
        {
            jobs.Delete(replaced, "The run went back to an earlier task");
            await jobs.AdvanceAsync(claim.Run, CancellationToken.None);
            throw new JobAbortedException();
        }

        // a failed job wakes nobody, so those that only wait for its end are pushed here
        jobs.PushReady(await GoOnAsync(board, claim));
    }

    private async Task<RunBoard> GoOnAsync(RunBoard? board, TaskClaim claim)
    {
        if (board is null)
        {
            throw Superseded(claim);
        }

        if (board.HasJustEnded)
        {
            OrchestrationLog.RunEnded(log, claim.Run, board.Run.Pipeline, board.Run.State);
            await starter.StartQueuedAsync(board.Run.Pipeline, CancellationToken.None);
        }

        return board;
    }

    private JobAbortedException Superseded(TaskClaim claim)
    {
        OrchestrationLog.Superseded(log, claim.Run, claim.Key, claim.Attempt);
        return new JobAbortedException();
    }

    private async Task<T> PersistAsync<T>(TaskClaim claim, Func<Task<T>> write)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            try
            {
                return await write();
            }
            catch (Exception exception) when (Warehouse.IsDatabaseError(exception) && time.GetElapsedTime(started) < OutcomePatience)
            {
                OrchestrationLog.OutcomeFailed(log, exception, claim.Run, claim.Key, claim.Attempt);
                await Task.Delay(TimeSpan.FromSeconds(1), time);
            }
        }
    }
}
