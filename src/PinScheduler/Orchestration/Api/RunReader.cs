using Dapper;
using PinScheduler.Database;
using PinScheduler.Orchestration.Events;
using PinScheduler.Orchestration.Jobs;
using PinScheduler.Orchestration.Runs;

namespace PinScheduler.Orchestration.Api;

/// <summary>Runs as they are shown over HTTP and on pages.</summary>
internal sealed class RunReader(Warehouse warehouse, RunStore runs, VersionStore versions, ServedQueues queues, UsualTimes usual)
{
    private const string Wanted =
        """
        from run
        where (@Pipeline is null or pipeline = @Pipeline) and (@State is null or state = @State) and (@From is null or logical_date >= @From) and (@To is null or logical_date <= @To) and (@Before is null or id < @Before)
        order by id desc limit @Limit
        """;

    private sealed record Filter(string? Pipeline, string? State, DateOnly? From, DateOnly? To, long? Before, int Limit);

    /// <summary>Newest first, without their tasks.</summary>
    public async Task<IReadOnlyList<RunView>> ListAsync(string? pipeline, string? state, DateOnly? from, DateOnly? to, long? before, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        // told from several moments, a run that begins would take the last one's limits and warnings from it
        await using var moment = await RunStore.BeginMomentAsync(connection, cancellationToken);
        // what belongs to them is joined: hundreds of ids as a list would cost both sides more
        await using var read = await connection.QueryMultipleAsync(new CommandDefinition(
            $"""
            select {RunStore.RunColumns} {Wanted};
            select run_id as Run, {RunLimits.Columns} from run_limit join (select id {Wanted}) wanted on wanted.id = run_id;
            select w.run_id, w.text from run_warning w join (select id {Wanted}) wanted on wanted.id = w.run_id order by w.id;
            """, new Filter(pipeline, state, from, to, before, limit), moment, cancellationToken: cancellationToken));
        var rows = (await read.ReadAsync<RunRow>()).ToList();
        var limits = (await read.ReadAsync<RunLimitRow>()).ToDictionary(static row => row.Run);
        var warnings = (await read.ReadAsync<(long Run, string Text)>()).ToLookup(static warning => warning.Run, static warning => warning.Text);
        return [.. rows.Select(row => RunView.Of(row, limits.GetValueOrDefault(row.Id), warnings[row.Id], tasks: null))];
    }

    /// <exception cref="RefusedException">There is no such run.</exception>
    public async Task<RunView> GetAsync(long run, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        // told from several moments, a task would run without an attempt
        await using var moment = await RunStore.BeginMomentAsync(connection, cancellationToken);
        var board = await runs.ReadAsync(connection, moment, run) ?? throw RefusedException.Unknown($"There is no run '{run}'; see the list of runs.");
        var kept = (await versions.GetAsync(connection, board.Run.Pipeline, board.Run.Version, moment)).Kept;
        var progress = (await connection.QueryAsync<(string Task, long Done, long? Total, string Unit, long? Microseconds)>(new CommandDefinition(
            """
            select task_key, done, total, unit, timestampdiff(microsecond,
                (select max(attempt.started_at) from task_attempt attempt where attempt.run_id = now.run_id and attempt.task_key = now.task_key), updated_at)
            from task_progress now where run_id = @run
            """,
            new { run }, moment, cancellationToken: cancellationToken)))
            .ToDictionary(row => row.Task, row => ProgressView.Of(row.Done, row.Total, row.Unit, row.Microseconds is { } age ? TimeSpan.FromMicroseconds(age) : null));
        var history = (await connection.QueryAsync<AttemptRow>(new CommandDefinition(
            "select task_key as Task, attempt, state, server, error, started_at as StartedAt, ended_at as EndedAt from task_attempt where run_id = @run order by attempt",
            new { run }, moment, cancellationToken: cancellationToken))).ToLookup(row => row.Task, AttemptView.Of);
        var warnings = await connection.QueryAsync<string>(new CommandDefinition("select text from run_warning where run_id = @run order by id", new { run }, moment, cancellationToken: cancellationToken));
        var limit = await connection.QuerySingleOrDefaultAsync<RunLimitRow>(new CommandDefinition($"select run_id as Run, {RunLimits.Columns} from run_limit where run_id = @run", new { run }, moment, cancellationToken: cancellationToken));
        var workers = board.Tasks.Any(task => TaskState.IsActive(task.State)) ? queues.Look(board.Now) : QueueWorkers.None;
        // nobody knows when a server comes that serves the queue of a task
        var goesOn = board.Run.State == RunState.Running && kept.Tasks.All(node => TaskState.IsFinal(board[node.Key].State) || board[node.Key].State == TaskState.Running || workers.Serve(node.Queue));
        var expected = goesOn ? ExpectedEnd.Of(board, await usual.OfAsync(connection, moment, board, cancellationToken), progress.ToDictionary(static task => task.Key, static task => task.Value.SecondsLeft)) : null;
        return RunView.Of(board.Run, limit, warnings, kept.Tasks.Select(node =>
            TaskView.Of(board, node, progress.GetValueOrDefault(node.Key), history[node.Key], workers)),
            await RunActs.ReadAsync(connection, moment, run, cancellationToken), expected);
    }
}
