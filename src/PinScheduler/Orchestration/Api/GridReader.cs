using System.Globalization;
using System.Text;
using System.Text.Json;
using Dapper;
using PinScheduler.Database;

namespace PinScheduler.Orchestration.Api;

/// <summary>The states of a pipeline's tasks over its runs, as the grid shows them: thousands, so no more than it needs.</summary>
internal sealed class GridReader(Warehouse warehouse)
{
    /// <returns>By task its state in each of the runs, in their order; null where it was not in it.</returns>
    public async Task<IReadOnlyDictionary<string, string?[]>> ReadAsync(string pipeline, IReadOnlyList<string> runs, CancellationToken cancellationToken)
    {
        var rows = new Dictionary<string, string?[]>(StringComparer.Ordinal);
        if (runs.Count == 0)
        {
            return rows;
        }

        var places = runs.Index().ToDictionary(static run => long.Parse(run.Item, CultureInfo.InvariantCulture), static run => run.Index);
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        // a row a run: a row a cell would be half of what the page costs. The pipeline's by a range: as a list, that many ids would cost the server more; and rows of the pipelines between are not read to be thrown away
        var states = await connection.QueryAsync<(long Run, string Tasks)>(new CommandDefinition(
            """
            select t.run_id, json_objectagg(t.task_key, t.state) from run r join task_run t on t.run_id = r.id
            where r.pipeline = @pipeline and r.id between @First and @Last group by t.run_id
            """, new { pipeline, First = places.Keys.Min(), Last = places.Keys.Max() }, cancellationToken: cancellationToken));
        foreach (var (run, tasks) in states)
        {
            // one that was begun before another may be seen after it
            if (places.TryGetValue(run, out var place))
            {
                Fill(rows, place, runs.Count, Encoding.UTF8.GetBytes(tasks));
            }
        }

        return rows;
    }

    // token by token, straight to their places
    private static void Fill(Dictionary<string, string?[]> rows, int place, int columns, byte[] tasks)
    {
        var json = new Utf8JsonReader(tasks);
        while (json.Read())
        {
            if (json.TokenType == JsonTokenType.PropertyName)
            {
                var task = json.GetString()!;
                json.Read();
                if (!rows.TryGetValue(task, out var row))
                {
                    rows[task] = row = new string?[columns];
                }

                row[place] = json.GetString();
            }
        }
    }
}
