using System.Data;
using System.Text.Json;
using Dapper;
using PinScheduler.Database;
using PinScheduler.Stages.Analyze;

namespace PinScheduler.Results;

/// <summary>The read side of results: a run's results exist for readers only once that run has succeeded.</summary>
internal sealed class ResultReader(Warehouse warehouse, SqlTasks tasks)
{
    /// <summary>All analyses, run or not, in the order of their tasks.</summary>
    public async Task<IReadOnlyList<ResultSummary>> ListAsync(CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        var last = (await connection.QueryAsync<LastRow>(new CommandDefinition(
            """
            with succeeded as (
                select a.analysis, a.column_names, a.row_count, r.id, r.logical_date, r.ended_at,
                    row_number() over (partition by a.analysis order by r.ended_at desc, r.id desc) as place
                from analysis_result a
                join run r on r.id = a.run
                where r.state = 'succeeded' and a.pruned_at is null
            )
            select analysis, column_names as ColumnNames, row_count as RowCount, id, logical_date as LogicalDate, ended_at as EndedAt
            from succeeded
            where place = 1
            """,
            cancellationToken: cancellationToken))).ToDictionary(static row => row.Analysis, StringComparer.Ordinal);
        return [.. tasks.Analyses.Select(task => Summary(task.File, last.GetValueOrDefault(task.File.Name)))];
    }

    /// <summary>The default result of an analysis: of the succeeded runs in which it ran, the one that ended last. Null when there is none.</summary>
    public Task<StoredResult?> OpenLastAsync(string analysis, CancellationToken cancellationToken) => OpenAsync("order by r.ended_at desc, r.id desc limit 1", analysis, run: null, cancellationToken);

    /// <summary>The result that a succeeded run made; null when it made none, or has not succeeded.</summary>
    public Task<StoredResult?> OpenAsync(string analysis, long run, CancellationToken cancellationToken) => OpenAsync("and a.run = @run", analysis, run, cancellationToken);

    /// <summary>The run whose result was the default one before this run's; null when there was none.</summary>
    public async Task<long?> BeforeAsync(string analysis, long run, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<long?>(new CommandDefinition(
            """
            select a.run
            from run later
            join analysis_result a on a.analysis = @analysis and a.run <> later.id and a.pruned_at is null
            join run r on r.id = a.run
            where later.id = @run and r.state = 'succeeded' and (r.ended_at < later.ended_at or (r.ended_at = later.ended_at and r.id < later.id))
            order by r.ended_at desc, r.id desc
            limit 1
            """,
            new { analysis, run },
            cancellationToken: cancellationToken));
    }

    /// <summary>When retention took the rows of a result; null when it did not.</summary>
    public async Task<DateTime?> PrunedAsync(string analysis, long run, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<DateTime?>(new CommandDefinition("select pruned_at from analysis_result where run = @run and analysis = @analysis", new { run, analysis }, cancellationToken: cancellationToken));
    }

    /// <summary>The server's plan of the query that made a result; null when it was not kept.</summary>
    public async Task<ResultPlan?> PlanAsync(string analysis, long run, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        var (hash, milliseconds, plan) = await connection.QuerySingleOrDefaultAsync<(string, long, string?)>(new CommandDefinition(
            "select sql_hash, milliseconds, plan from analysis_result where run = @run and analysis = @analysis", new { run, analysis }, cancellationToken: cancellationToken));
        return plan is null ? null : new ResultPlan(analysis, run.ToString(), hash, milliseconds, JsonSerializer.Deserialize<JsonElement>(plan));
    }

    /// <summary>The state of a run; null when there is no such run.</summary>
    public async Task<string?> StateOfAsync(long run, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<string?>(new CommandDefinition("select state from run where id = @run", new { run }, cancellationToken: cancellationToken));
    }

    private async Task<StoredResult?> OpenAsync(string which, string analysis, long? run, CancellationToken cancellationToken)
    {
        var connection = await warehouse.OpenAsync(cancellationToken);
        try
        {
            // head and rows of one moment, should retention take the run away meanwhile
            var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, isReadOnly: true, cancellationToken);
            var head = await connection.QuerySingleOrDefaultAsync<HeadRow>(new CommandDefinition(
                $"""
                select a.run, a.column_names as ColumnNames, a.row_count as RowCount, a.sql_hash as SqlHash
                from analysis_result a
                join run r on r.id = a.run
                where a.analysis = @analysis and r.state = 'succeeded' and a.pruned_at is null {which}
                """,
                new { analysis, run },
                snapshot,
                cancellationToken: cancellationToken));
            if (head is not null)
            {
                return new StoredResult(analysis, head.Run, Names(head.ColumnNames), head.RowCount, head.SqlHash, connection, snapshot);
            }
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }

        await connection.DisposeAsync();
        return null;
    }

    private static ResultSummary Summary(SqlTaskFile file, LastRow? last) => new(
        file.Name,
        file.Name,
        file.Title,
        file.Task,
        file.Columns.Count > 0 || last is null ? file.Columns : Names(last.ColumnNames),
        file.Key,
        file.Chart,
        last is null ? null : new LastResult(last.Id.ToString(), last.LogicalDate.ToString("yyyy-MM-dd"), last.EndedAt, last.RowCount));

    private static string[] Names(string json) => JsonSerializer.Deserialize<string[]>(json)!;

    private sealed record LastRow(string Analysis, string ColumnNames, long RowCount, long Id, DateTime LogicalDate, DateTime EndedAt);

    private sealed record HeadRow(long Run, string ColumnNames, long RowCount, string SqlHash);
}
