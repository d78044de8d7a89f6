using Hangfire;
using Hangfire.Server;
using PinScheduler.Database;

namespace PinScheduler.Orchestration.Jobs;

/// <summary>The Hangfire job of a task: claims it, runs its stage, writes how it ended. Jobs in the storage bear its name: it must not be moved.</summary>
[TaskStateFilter]
[AutomaticRetry(Attempts = 0, LogEvents = false)]
internal sealed class TaskJob(TaskClaims claims, TaskAttempt attempt, RunJobs jobs, TaskLog taskLog, ILogger<TaskJob> log)
{
    /// <summary>The label is for the dashboard: pipeline and logical date.</summary>
    [JobDisplayName("{2} · {1}")]
    public async Task RunAsync(long run, string task, string label, PerformContext? context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        var job = context.BackgroundJob.Id;
        var claim = await claims.ClaimAsync(run, task, job, ServerName(context.ServerId), cancellationToken);
        if (claim.Verdict is Verdict.Granted or Verdict.GivenUp && claim.Attempt > 1)
        {
            await EndLostAsync(run, task, cancellationToken);
        }

        if (claim.Verdict == Verdict.GivenUp)
        {
            await attempt.GiveUpAsync(claim);
        }

        if (claim.Verdict == Verdict.Granted)
        {
            await attempt.RunAsync(claim, context, cancellationToken);
            return;
        }

        if (claim.Verdict == Verdict.Done)
        {
            OrchestrationLog.DoneAlready(log, run, task, job);
            await taskLog.AppendAsync(run, task, claim.Attempt, $"Job {job} came again; the task is done and nothing was run.", cancellationToken);
            return;
        }

        OrchestrationLog.Refused(log, run, task, job, claim.Reason);
        if (claim.Verdict is Verdict.NotYet or Verdict.Ended)
        {
            await jobs.SendBackAsync(claim.Board, task, job, claim.Reason, cancellationToken);
        }
        else if (claim.Verdict != Verdict.Stale)
        {
            jobs.Delete([job], claim.Reason);
        }

        throw new JobAbortedException();
    }

    private async Task EndLostAsync(long run, string task, CancellationToken cancellationToken)
    {
        try
        {
            await taskLog.EndLostAsync(run, task, cancellationToken);
        }
        catch (Exception exception) when (Warehouse.IsDatabaseError(exception))
        {
            // no reason for the attempt that is about to begin to fail; the next one tries again
            OrchestrationLog.JournalFailed(log, exception, run, task);
        }
    }

    // Hangfire's id of a server ends in a GUID that tells nobody anything
    public static string ServerName(string server) => server.LastIndexOf(':') is > 0 and var end ? server[..end] : server;
}
