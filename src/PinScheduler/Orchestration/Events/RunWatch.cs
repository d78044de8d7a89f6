using Dapper;
using Microsoft.Extensions.Options;
using PinScheduler.Database;
using PinScheduler.Orchestration.Graph;
using PinScheduler.Orchestration.Runs;

namespace PinScheduler.Orchestration.Events;

/// <summary>Looks after runs that go on: notes missed deadlines and unusually long runs, and cancels where the pipeline says so. Each note is made under the run's lock, so several servers may look.</summary>
internal sealed class RunWatch(Warehouse warehouse, PipelineCatalog pipelines, RunStore runs, RunEvents events, RunControl control, IOptions<OrchestrationOptions> options, TimeProvider time, ILogger<RunWatch> log) : PeriodicService(time, log)
{
    protected override TimeSpan Interval => TimeSpan.FromSeconds(5);

    protected override string WhileFailing => "Nobody is told of deadlines that are missed, nor of runs that take long";

    public override async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        var cancelling = pipelines.All.Where(static pipeline => pipeline.Definition.CancelAtDeadline).Select(static pipeline => pipeline.Key).DefaultIfEmpty("");
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        var watched = (await connection.QueryAsync<(long Run, string Pipeline, double? Seconds, bool IsDue, bool MayBeSlow)>(new CommandDefinition(
            """
            select r.id, r.pipeline, timestampdiff(microsecond, r.started_at, utc_timestamp(6)) / 1e6,
                coalesce(l.deadline_at <= utc_timestamp(6) and (l.missed_at is null or r.pipeline in @cancelling), 0),
                coalesce(l.slow_at is null and l.reopened_at is null and r.started_at <= utc_timestamp(6) - interval @SlowAfterSeconds second, 0)
            from run r left join run_limit l on l.run_id = r.id
            where r.state in ('queued', 'running') and r.cancelled_at is null
            order by r.id
            """, new { options.Value.SlowAfterSeconds, cancelling }, cancellationToken: cancellationToken))).ToList();
        var usual = new Dictionary<string, TimeSpan?>(StringComparer.Ordinal);
        foreach (var pipeline in watched.Where(static run => run.MayBeSlow).Select(static run => run.Pipeline).Distinct())
        {
            usual[pipeline] = await RunDurations.UsualAsync(connection, null, pipeline);
        }

        // only then is a run's lock taken
        foreach (var (run, _, _, _, _) in watched.Where(run => run.IsDue || (run.MayBeSlow && run.Seconds > RunEvents.TimesUsual * usual[run.Pipeline]?.TotalSeconds)))
        {
            try
            {
                await LookAsync(run, cancellationToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                OrchestrationLog.LimitsOfRunFailed(log, exception, run);
            }
        }
    }

    private async Task LookAsync(long run, CancellationToken cancellationToken)
    {
        var (limit, board) = await runs.ChangeAsync(run, async (board, connection, transaction) =>
        {
            if (!board.Run.IsEnded)
            {
                await events.NoteLimitsAsync(connection, transaction, board);
            }

            return await RunLimits.ReadAsync(connection, transaction, run);
        }, cancellationToken);
        if (limit.MissedAt is null || board.Run.IsEnded || board.Run.CancelledAt is not null || !events.Cancels(board.Run, limit))
        {
            return;
        }

        await control.TryCancelAsync(run, cancellationToken, $"at its deadline, {limit.DeadlineAt:yyyy-MM-dd HH:mm:ss} UTC");
    }
}
