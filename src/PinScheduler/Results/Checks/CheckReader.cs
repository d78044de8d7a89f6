using System.Text.Json;
using Dapper;
using PinScheduler.Database;
using PinScheduler.Stages.Analyze;

namespace PinScheduler.Results.Checks;

/// <summary>The read side of checks: what each found in a run, also in one that has not ended or has failed.</summary>
internal sealed class CheckReader(Warehouse warehouse, SqlTasks tasks)
{
    private const string Columns = "check_name as Name, severity, threshold, broken, message, milliseconds, column_names as ColumnNames";

    /// <summary>Those that have run, what was found first.</summary>
    public async Task<IReadOnlyList<CheckView>> ListAsync(long run, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        return [.. (await connection.QueryAsync<Row>(new CommandDefinition(
            $"select {Columns} from check_result where run = @run order by broken = 0, severity, check_name", new { run }, cancellationToken: cancellationToken))).Select(View)];
    }

    /// <summary>What each check found in those runs.</summary>
    public async Task<ILookup<long, CheckView>> OfRunsAsync(IReadOnlyCollection<long> runs, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        return (await connection.QueryAsync<Row>(new CommandDefinition(
            $"select run, {Columns} from check_result where run in @runs", new { runs = runs.DefaultIfEmpty(0) }, cancellationToken: cancellationToken))).ToLookup(static row => row.Run, View);
    }

    /// <summary>Null where the check did not run in that run.</summary>
    public async Task<CheckRows?> GetAsync(long run, string check, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        var head = await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition($"select {Columns} from check_result where run = @run and check_name = @check", new { run, check }, cancellationToken: cancellationToken));
        if (head is null)
        {
            return null;
        }

        var cells = await connection.QueryAsync<string>(new CommandDefinition("select cells from check_row where run = @run and check_name = @check order by ordinal", new { run, check }, cancellationToken: cancellationToken));
        return new CheckRows(View(head), JsonSerializer.Deserialize<string[]>(head.ColumnNames)!, [.. cells.Select(static row => JsonSerializer.Deserialize<JsonElement>(row))]);
    }

    private CheckView View(Row row) => new(
        row.Name,
        tasks.Checks.FirstOrDefault(task => task.File.Name == row.Name)?.File.Title ?? row.Name,
        row.Broken == 0 ? "passed" : row.Severity == SqlTaskFile.Fail ? "failed" : "warned",
        row.Severity,
        row.Threshold is { } threshold ? threshold / 1.000000000000m : null,
        row.Broken,
        row.Message,
        row.Milliseconds);

    private sealed record Row
    {
        public long Run { get; init; }

        public string Name { get; init; } = "";

        public string Severity { get; init; } = "";

        public decimal? Threshold { get; init; }

        public long Broken { get; init; }

        public string? Message { get; init; }

        public long Milliseconds { get; init; }

        public string ColumnNames { get; init; } = "[]";
    }
}
