using System.Text.Encodings.Web;
using System.Text.Json;
using Dapper;
using MySqlConnector;
using PinScheduler.Database;

namespace PinScheduler.Results.Trends;

/// <summary>Follows one figure through the results of the last succeeded runs.</summary>
internal sealed class TrendReader(Warehouse warehouse)
{
    // as Cell writes texts, so that a row can be found by a part of its JSON
    private static readonly JsonSerializerOptions AsStored = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <exception cref="ResultException">A result has no such columns, or several such rows.</exception>
    public async Task<Trend> ReadAsync(string analysis, string? column, IReadOnlyDictionary<string, string> key, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        var runs = (await connection.QueryAsync<RunRow>(new CommandDefinition(
            """
            select a.run, r.logical_date as LogicalDate, r.ended_at as EndedAt, a.row_count as RowCount, a.column_names as ColumnNames
            from analysis_result a
            join run r on r.id = a.run
            where a.analysis = @analysis and r.state = 'succeeded' and a.pruned_at is null
            order by r.ended_at desc, r.id desc
            limit @limit
            """,
            new { analysis, limit },
            cancellationToken: cancellationToken))).Reverse().ToList();
        var points = new List<TrendPoint>(runs.Count);
        foreach (var run in runs)
        {
            var value = column is null ? JsonSerializer.SerializeToElement(run.RowCount) : await ValueAsync(connection, analysis, run, column, key, cancellationToken);
            points.Add(new TrendPoint(run.Run.ToString(), run.LogicalDate.ToString("yyyy-MM-dd"), run.EndedAt, value));
        }

        return new Trend(analysis, column, key, points);
    }

    private static async Task<JsonElement?> ValueAsync(MySqlConnection connection, string analysis, RunRow run, string column, IReadOnlyDictionary<string, string> key, CancellationToken cancellationToken)
    {
        var columns = JsonSerializer.Deserialize<List<string>>(run.ColumnNames)!;
        if (key.Keys.Append(column).FirstOrDefault(name => !columns.Contains(name)) is { } missing)
        {
            throw ResultException.WrongState($"Run {run.Run}'s result of '{analysis}' has no column '{missing}': its SQL was another then. Its columns were {string.Join(", ", columns)}; ask for fewer runs.");
        }

        var parts = key.Values.Where(static value => value.Length > 0).Select((value, index) => ($"part{index}", JsonSerializer.Serialize(value, AsStored)[1..^1])).ToList();
        var arguments = new DynamicParameters(new { run.Run, analysis });
        parts.ForEach(part => arguments.Add(part.Item1, part.Item2));
        var found = new List<JsonElement[]>(2);
        await foreach (var cells in connection.QueryUnbufferedAsync<string>(
            $"select cells from analysis_row where run = @Run and analysis = @analysis{string.Concat(parts.Select(static part => $" and instr(cells, @{part.Item1}) > 0"))} order by ordinal", arguments).WithCancellation(cancellationToken))
        {
            var row = JsonSerializer.Deserialize<JsonElement[]>(cells)!;
            if (key.All(pair => IsText(row[columns.IndexOf(pair.Key)], pair.Value)))
            {
                found.Add(row);
            }

            if (found.Count == 2)
            {
                break;
            }
        }

        return found.Count < 2
            ? found.Select(cells => (JsonElement?)cells[columns.IndexOf(column)]).SingleOrDefault()
            : throw ResultException.Invalid($"Run {run.Run}'s result of '{analysis}' has several such rows; give its {string.Join(" and ", columns.Where(name => name != column && !key.ContainsKey(name)))}, too, as its key.");
    }

    private static bool IsText(JsonElement cell, string text) => (cell.ValueKind == JsonValueKind.Null ? "" : cell.ToString()) == text;

    private sealed record RunRow(long Run, DateTime LogicalDate, DateTime EndedAt, long RowCount, string ColumnNames);
}
