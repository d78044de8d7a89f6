using PinScheduler.Database;

namespace PinScheduler.Orchestration.Api;

/// <summary>The states of a pipeline's tasks over its runs, as the grid shows them: thousands of rows, so no more than it needs.</summary>
internal sealed class GridReader(Warehouse warehouse)
{
    public async Task<IReadOnlyList<GridCell>> ReadAsync(string pipeline, IReadOnlyCollection<string> runs, CancellationToken cancellationToken)
    {
        if (runs.Count == 0)
        {
            return [];
        }

        var wanted = runs.Select(long.Parse).ToHashSet();
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        // the pipeline's by a range: as a list, that many ids would cost the server more; and rows of the pipelines between are not read to be thrown away
        command.CommandText = "select t.run_id, t.task_key, t.state from run r join task_run t on t.run_id = r.id where r.pipeline = @pipeline and r.id between @first and @last";
        command.Parameters.AddWithValue("@pipeline", pipeline);
        command.Parameters.AddWithValue("@first", wanted.Min());
        command.Parameters.AddWithValue("@last", wanted.Max());
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var cells = new List<GridCell>();
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
        {
            // one that was begun before another may be seen after it
            if (wanted.Contains(reader.GetInt64(0)))
            {
                cells.Add(new GridCell(reader.GetInt64(0), Once(reader.GetString(1)), Once(reader.GetString(2))));
            }
        }

        return cells;

        // a hundred different texts stand in the thousands of rows
        string Once(string text) => names.TryGetValue(text, out var known) ? known : names[text] = text;
    }
}

internal readonly record struct GridCell(long Run, string Task, string State);
