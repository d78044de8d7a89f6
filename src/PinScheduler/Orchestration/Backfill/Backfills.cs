using System.Text.Json;
using Dapper;
using PinScheduler.Database;
using PinScheduler.Orchestration.Graph;
using PinScheduler.Orchestration.Runs;

namespace PinScheduler.Orchestration.Backfill;

/// <summary>Backfills as they are asked for, shown and cancelled.</summary>
internal sealed class Backfills(Warehouse warehouse, PipelineCatalog pipelines, RunStarter starter, RunControl control)
{
    // ten years of days
    private const int MostDates = 3660;
    private const int MostParallel = 16;

    /// <exception cref="RefusedException">Unknown pipeline or parameter, a wrong value, or a range that ends before it begins.</exception>
    public async Task<long> StartAsync(BackfillRequest request, CancellationToken cancellationToken)
    {
        var pipeline = Check(request);
        var id = await warehouse.TransactAsync(async (connection, transaction) => await connection.ExecuteScalarAsync<long>(
            """
            insert into backfill (pipeline, first_date, last_date, next_date, parameters, `parallel`, forced, requested_by, state, created_at)
            values (@Pipeline, @From, @To, @From, @parameters, @Parallel, @Force, @RequestedBy, @Running, utc_timestamp(6));
            select last_insert_id();
            """,
            new { request.Pipeline, request.From, request.To, parameters = JsonSerializer.Serialize(request.Parameters), request.Parallel, request.Force, request.RequestedBy, BackfillRow.Running },
            transaction), cancellationToken);
        await starter.StartQueuedAsync(pipeline.Key, cancellationToken);
        return id;
    }

    /// <summary>The dates of the range, and of each whether it would get a run now.</summary>
    /// <exception cref="RefusedException">As in <see cref="StartAsync"/>.</exception>
    public async Task<IReadOnlyList<(DateOnly Date, bool Runs)>> PreviewAsync(BackfillRequest request, CancellationToken cancellationToken)
    {
        var pipeline = Check(request);
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        var done = request.Force ? [] : await BackfillQueue.DoneDatesAsync(connection, null, pipeline.Key, request.From, request.To);
        return [.. Enumerable.Range(request.From.DayNumber, request.To.DayNumber - request.From.DayNumber + 1).Select(DateOnly.FromDayNumber).Select(date => (date, !done.Contains(date)))];
    }

    /// <summary>No further run is made, and those that are open are cancelled.</summary>
    /// <exception cref="RefusedException">No such backfill, or it has ended.</exception>
    public async Task CancelAsync(long id, CancellationToken cancellationToken)
    {
        var backfill = await FindAsync(id, cancellationToken);
        var (cancelled, open) = await warehouse.TransactAsync(async (connection, transaction) =>
        {
            // who makes its next run holds this lock, so none is made behind our back
            await PipelineGate.LockAsync(connection, transaction, backfill.Pipeline);
            var changed = await connection.ExecuteAsync("update backfill set state = @Cancelled, ended_at = utc_timestamp(6) where id = @id and state = @Running", new { id, BackfillRow.Cancelled, BackfillRow.Running }, transaction);
            return (changed == 1, (await connection.QueryAsync<long>("select id from run where backfill = @id and state in ('queued', 'running') order by id desc", new { id }, transaction)).AsList());
        }, cancellationToken);
        if (!cancelled)
        {
            throw RefusedException.WrongState($"Backfill {id} has ended already; there is nothing to cancel.");
        }

        foreach (var run in open)
        {
            await control.TryCancelAsync(run, cancellationToken);
        }
    }

    /// <exception cref="RefusedException">No such backfill.</exception>
    public async Task<BackfillView> GetAsync(long id, CancellationToken cancellationToken)
    {
        var row = await FindAsync(id, cancellationToken);
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        var runs = await connection.QueryAsync<(long Id, DateOnly Date, string State)>(new CommandDefinition(
            "select id, logical_date, state from run where backfill = @id order by id", new { id }, cancellationToken: cancellationToken));
        return BackfillView.Of(row, [.. runs.Select(run => new BackfillRunView(run.Id.ToString(), run.Date, run.State))]);
    }

    /// <summary>Newest first, without their runs.</summary>
    public async Task<IReadOnlyList<BackfillView>> ListAsync(string? pipeline, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        return [.. (await connection.QueryAsync<BackfillRow>(new CommandDefinition(
            $"select {BackfillRow.Columns} from backfill where @pipeline is null or pipeline = @pipeline order by id desc limit @limit", new { pipeline, limit }, cancellationToken: cancellationToken)))
            .Select(static row => BackfillView.Of(row, null))];
    }

    private Pipeline Check(BackfillRequest request)
    {
        var pipeline = pipelines.Get(request.Pipeline);
        if (request.To < request.From)
        {
            throw RefusedException.Invalid($"'to' is {request.To:yyyy-MM-dd}, before 'from', {request.From:yyyy-MM-dd}; give the earlier date as 'from'.");
        }

        if (request.To.DayNumber - request.From.DayNumber >= MostDates)
        {
            throw RefusedException.Invalid($"{request.From:yyyy-MM-dd} to {request.To:yyyy-MM-dd} are {request.To.DayNumber - request.From.DayNumber + 1} dates; {MostDates} at most.");
        }

        var most = pipeline.Definition.Overlap == OverlapPolicy.Allow ? MostParallel : 1;
        if (request.Parallel < 1 || request.Parallel > most)
        {
            throw RefusedException.Invalid($"'parallel' is {request.Parallel}; it may be {(most == 1 ? $"1, for of '{pipeline.Key}' one run is active at a time" : $"1 to {most}")}.");
        }

        // what is wrong with the parameters is said now, not by the first run
        starter.Prepare(new RunRequest { Pipeline = pipeline.Key, Trigger = TriggerKind.Backfill, LogicalDate = request.From, Parameters = request.Parameters });
        return pipeline;
    }

    private async Task<BackfillRow> FindAsync(long id, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<BackfillRow>(new CommandDefinition($"select {BackfillRow.Columns} from backfill where id = @id", new { id }, cancellationToken: cancellationToken))
            ?? throw RefusedException.Unknown($"There is no backfill '{id}'; see the list of backfills.");
    }
}
