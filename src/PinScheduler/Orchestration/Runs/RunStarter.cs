using System.Text.Json;
using Dapper;
using MySqlConnector;
using PinScheduler.Database;
using PinScheduler.Orchestration.Backfill;
using PinScheduler.Orchestration.Events;
using PinScheduler.Orchestration.Graph;
using PinScheduler.Orchestration.Jobs;

namespace PinScheduler.Orchestration.Runs;

/// <summary>Starts runs: rows in one transaction, under the pipeline's lock; then jobs. What a crash leaves between the two, the reconciler mends.</summary>
internal sealed class RunStarter(Warehouse warehouse, PipelineCatalog pipelines, RunJobs jobs, TimeProvider time)
{
    /// <returns>The run, and whether this call has made it: an idempotency key may name an earlier one.</returns>
    /// <exception cref="RefusedException">Unknown pipeline, parameter or task, a wrong value, or a key that was used for something else.</exception>
    public async Task<(long Run, bool IsNew)> StartAsync(RunRequest request, CancellationToken cancellationToken)
    {
        var prepared = Prepare(request);
        var (run, state, isNew) = await warehouse.TransactPlainAsync((connection, transaction) => AddAsync(connection, transaction, prepared), cancellationToken);
        if (isNew && state == RunState.Running)
        {
            await jobs.AdvanceAsync(run, cancellationToken);
        }

        return (run, isNew);
    }

    /// <summary>Checks a request; throws away nothing that it says.</summary>
    /// <exception cref="RefusedException">As in <see cref="StartAsync"/>.</exception>
    public PreparedRun Prepare(RunRequest request)
    {
        var pipeline = pipelines.Get(request.Pipeline);
        var (parameters, errors) = ParameterCheck.Complete(pipeline.Definition, request.Parameters);
        var keys = pipeline.Definition.Tasks.Select(task => task.Key).ToList();
        var unknown = (request.Only ?? []).Where(key => !keys.Contains(key)).Select(key => $"'{key}' is no task of '{pipeline.Key}'.{DidYouMean.Sentence(key, keys)}");
        var wrong = errors.Concat(unknown).ToList();
        if (request.Only is { Count: 0 })
        {
            wrong.Add("'only' names no task; leave it out to run all.");
        }

        return wrong.Count == 0 ? new PreparedRun(pipeline, request, parameters) : throw RefusedException.Invalid(string.Join(" ", wrong));
    }

    /// <summary>Writes the run's rows, in the caller's transaction; jobs are for the caller to make when it is running.</summary>
    public async Task<(long Run, string State, bool IsNew)> AddAsync(MySqlConnection connection, MySqlTransaction transaction, PreparedRun prepared)
    {
        var (pipeline, request) = (prepared.Pipeline, prepared.Request);
        await PipelineGate.LockAsync(connection, transaction, pipeline.Key);
        if (request.Idempotency is { } key && await IdempotencyKeys.FindAsync(connection, transaction, pipeline.Key, key) is { } earlier)
        {
            return (earlier, "", false);
        }

        var (state, reason) = request.SkippedBecause is { } because ? (RunState.Skipped, because) : await PipelineGate.AdmitAsync(connection, transaction, pipeline);
        var run = await connection.ExecuteScalarAsync<long>(
            """
            insert into run (pipeline, version, logical_date, state, `trigger`, requested_by, parameters, reason, scheduled_for, active_of, backfill, created_at, started_at, ended_at)
            values (@Key, @Version, @date, @state, @Trigger, @RequestedBy, @parameters, @reason, @ScheduledFor, @active, @Backfill, utc_timestamp(6),
                if(@state = 'running', utc_timestamp(6), null), if(@state = 'skipped', utc_timestamp(6), null));
            select last_insert_id();
            """,
            new
            {
                pipeline.Key,
                pipeline.Version,
                date = request.LogicalDate ?? pipeline.Schedule.DateOf(time.GetUtcNow().UtcDateTime),
                state,
                request.Trigger,
                request.RequestedBy,
                parameters = JsonSerializer.Serialize(prepared.Parameters.Values),
                reason,
                request.ScheduledFor,
                active = PipelineGate.PlaceOf(pipeline, state),
                request.Backfill,
            }, transaction);
        var rows = new ValueRows();
        foreach (var task in prepared.Tasks(state))
        {
            rows.Add(run, task.Key, task.Ordinal, task.State, task.Reason, 0, 0, 0);
        }

        await connection.ExecuteAsync($"insert into task_run (run_id, task_key, ordinal, state, reason, attempts, failures, fence) values {rows}", rows.Parameters, transaction);
        if (pipeline.Definition.Deadline is { } deadline && state != RunState.Skipped)
        {
            await RunLimits.AddAsync(connection, transaction, run, deadline, request.ScheduledFor);
        }

        if (request.Idempotency is { } fresh)
        {
            await IdempotencyKeys.KeepAsync(connection, transaction, pipeline.Key, fresh, run);
        }

        return (run, state, true);
    }

    /// <summary>Starts the runs that wait for the pipeline's place, as far as there is one, and then the next of its backfills.</summary>
    public async Task StartQueuedAsync(string pipeline, CancellationToken cancellationToken)
    {
        while (pipelines.Find(pipeline) is { } known
            && await warehouse.TransactPlainAsync((connection, transaction) => PipelineGate.AdmitNextAsync(connection, transaction, known), cancellationToken) is { } run)
        {
            await jobs.AdvanceAsync(run, cancellationToken);
        }

        while (await TryStartBackfillAsync(pipeline, cancellationToken))
        {
        }
    }

    private async Task<bool> TryStartBackfillAsync(string pipeline, CancellationToken cancellationToken)
    {
        RunRequest? next = null;
        try
        {
            var started = await warehouse.TransactPlainAsync(async (connection, transaction) =>
            {
                await PipelineGate.LockAsync(connection, transaction, pipeline);
                if (await PipelineGate.FindActiveAsync(connection, transaction, pipelines.Get(pipeline)) is not null)
                {
                    return null;
                }

                next = await BackfillQueue.NextAsync(connection, transaction, pipeline);
                return next is null ? default((long Run, string State, bool IsNew)?) : await AddAsync(connection, transaction, Prepare(next));
            }, cancellationToken);
            if (started is { State: RunState.Running } run)
            {
                await jobs.AdvanceAsync(run.Run, cancellationToken);
            }

            return started is not null;
        }
        catch (RefusedException refused) when (next?.Backfill is { } backfill)
        {
            await BackfillQueue.RefuseAsync(warehouse, backfill, refused.Message, cancellationToken);
            return true;
        }
    }
}
