using Dapper;
using MySqlConnector;
using PinScheduler.Database;
using PinScheduler.Orchestration.Graph;
using PinScheduler.Orchestration.Jobs;
using PinScheduler.Orchestration.Runs;

namespace PinScheduler.Orchestration.Schedule;

/// <summary>
/// What a tick does: makes the runs of the instants that are due, each once, whatever clocks and repeated ticks do. A tick for which nothing is
/// due is somebody's "Trigger now" and makes a run by hand. All in one transaction under the pipeline's lock.
/// </summary>
internal sealed class ScheduleTicks(Warehouse warehouse, PipelineCatalog pipelines, RunStarter starter, RunJobs jobs, TimeProvider time, ILogger<ScheduleTicks> log)
{
    /// <summary>With catch-up "none", an instant up to so long ago is still due now and not missed: workers may have been busy.</summary>
    private static readonly TimeSpan DueNow = TimeSpan.FromMinutes(5);

    /// <summary>With catch-up "all": the newest so many.</summary>
    private const int MostMissed = 400;

    public Task TickAsync(string key, string job, DateTime firedFor, CancellationToken cancellationToken) => OnceAsync(key, key, job, firedFor, async (pipeline, state, connection, transaction) =>
    {
        var now = time.GetUtcNow().UtcDateTime;
        var upTo = firedFor > now ? firedFor : now;
        var schedule = state.Schedule;
        var due = schedule.Between(state.LastScheduledAt, upTo).ToList();
        if (due.Count == 0)
        {
            return await IsRepeatedAsync(pipeline, firedFor, connection, transaction) || await IsLateAsync(pipeline, state, firedFor, connection, transaction)
                ? ([], "another tick has made this instant's run")
                : await ByHandAsync(pipeline, only: null, connection, transaction);
        }

        await connection.ExecuteAsync("update pipeline_state set last_scheduled_at = @last where pipeline = @Key", new { last = due[^1], pipeline.Key }, transaction);
        var made = new List<long>();
        // an instant of a pause that was over before anybody looked is skipped, too; and during one, nothing that is older starts either
        var isPaused = state.IsPausedAt(now);
        var paused = due.ToLookup(instant => isPaused || state.IsPausedAt(instant));
        foreach (var instant in paused[true].TakeLast(MostMissed).Concat(Chosen(pipeline, [.. paused[false]], upTo)).Order())
        {
            var run = await starter.AddAsync(connection, transaction, starter.Prepare(new RunRequest
            {
                Pipeline = key,
                Trigger = TriggerKind.Schedule,
                LogicalDate = schedule.DateOf(instant),
                ScheduledFor = instant,
                SkippedBecause = paused[true].Contains(instant) ? state.Pause : null,
            }));
            made.Add(run.Run);
        }

        return (made, $"{due.Count} instants due up to {due[^1]:yyyy-MM-dd HH:mm:ss}, runs {string.Join(", ", made)}");
    }, cancellationToken);

    public Task TriggerStageAsync(string key, string stage, string job, DateTime firedFor, CancellationToken cancellationToken) => OnceAsync(key, $"{key}.{stage}", job, firedFor, async (pipeline, _, connection, transaction) =>
    {
        var tasks = pipeline.Definition.Tasks.Where(task => task.Stage == stage).Select(task => task.Key).ToList();
        return tasks.Count == 0 ? ([], $"no task is of the stage '{stage}' any more") : await ByHandAsync(pipeline, tasks, connection, transaction);
    }, cancellationToken);

    private async Task<(List<long> Runs, string Outcome)> ByHandAsync(Pipeline pipeline, IReadOnlyList<string>? only, MySqlConnection connection, MySqlTransaction transaction)
    {
        var (run, _, _) = await starter.AddAsync(connection, transaction, starter.Prepare(new RunRequest { Pipeline = pipeline.Key, Trigger = TriggerKind.Manual, RequestedBy = "dashboard", Only = only }));
        return ([run], $"triggered by hand, run {run}");
    }

    private static IEnumerable<DateTime> Chosen(Pipeline pipeline, List<DateTime> due, DateTime now) => pipeline.Definition.CatchUp switch
    {
        CatchUpPolicy.All => due.TakeLast(MostMissed),
        CatchUpPolicy.None => due.TakeLast(1).Where(instant => now - instant <= DueNow),
        _ => due.TakeLast(1),
    };

    // to the second, which is all that Hangfire tells; a second click within it starts no second run either
    private static async Task<bool> IsRepeatedAsync(Pipeline pipeline, DateTime firedFor, MySqlConnection connection, MySqlTransaction transaction) =>
        await connection.ExecuteScalarAsync<int>("select count(*) from schedule_tick where recurring_job = @Key and fired_for = @firedFor", new { pipeline.Key, firedFor }, transaction) > 0;

    // Hangfire makes one job an instant. When a later tick has overtaken it and handled its instant too, nothing is due for it,
    // and still it is nobody's "Trigger now": that is a job more than there were instants.
    private static async Task<bool> IsLateAsync(Pipeline pipeline, PipelineStateRow state, DateTime firedFor, MySqlConnection connection, MySqlTransaction transaction)
    {
        var instants = state.Schedule.Between(state.ScheduledFrom > firedFor.AddDays(-400) ? state.ScheduledFrom : firedFor.AddDays(-400), firedFor);
        if (instants.LastOrDefault() is not { Ticks: > 0 } instant)
        {
            return false;
        }

        // Hangfire tells whole seconds
        return await connection.ExecuteScalarAsync<int>(
            "select count(*) from schedule_tick where recurring_job = @Key and fired_for between @from and @firedFor", new { pipeline.Key, from = instant.AddTicks(-(instant.Ticks % TimeSpan.TicksPerSecond)), firedFor }, transaction) == 0;
    }

    private async Task OnceAsync(
        string key, string recurring, string job, DateTime firedFor, Func<Pipeline, PipelineStateRow, MySqlConnection, MySqlTransaction, Task<(List<long> Runs, string Outcome)>> tick, CancellationToken cancellationToken)
    {
        if (pipelines.Find(key) is not { } pipeline)
        {
            OrchestrationLog.Ticked(log, job, key, "this server's program has no such pipeline any more");
            return;
        }

        var (runs, outcome) = await warehouse.TransactAsync(async (connection, transaction) =>
        {
            var state = await PipelineGate.LockAsync(connection, transaction, key);
            if (await connection.ExecuteScalarAsync<string?>("select outcome from schedule_tick where hangfire_job_id = @job", new { job }, transaction) is { } before)
            {
                return ([], "came again; " + before);
            }

            var done = await tick(pipeline, state, connection, transaction);
            await connection.ExecuteAsync(
                "insert into schedule_tick (hangfire_job_id, recurring_job, fired_for, outcome, created_at) values (@job, @recurring, @firedFor, @Outcome, utc_timestamp(6))", new { job, recurring, firedFor, done.Outcome }, transaction);
            return done;
        }, cancellationToken);
        OrchestrationLog.Ticked(log, job, recurring, outcome);
        foreach (var run in runs)
        {
            await jobs.AdvanceAsync(run, cancellationToken);
        }
    }
}
