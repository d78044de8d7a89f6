using System.Globalization;
using System.Text.Json;
using Dapper;
using PinScheduler.Database;

namespace PinScheduler.Orchestration.Api;

/// <summary>The states of a pipeline's tasks over its runs, as the grid shows them: thousands, so no more than it needs.</summary>
internal sealed class GridReader(Warehouse warehouse)
{
    private static readonly Dictionary<string, string> None = [];

    /// <returns>Of each of the runs, in their order, the states by task.</returns>
    public async Task<IReadOnlyList<IReadOnlyDictionary<string, string>>> ReadAsync(string pipeline, IReadOnlyList<string> runs, CancellationToken cancellationToken)
    {
        if (runs.Count == 0)
        {
            return [];
        }

        var ids = runs.Select(static run => long.Parse(run, CultureInfo.InvariantCulture)).ToList();
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        // a row a run: to read one a cell costs some four times as much. The pipeline's by a range: as a list, that many ids would cost the server more; and rows of the pipelines between are not read to be thrown away
        var states = (await connection.QueryAsync<(long Run, string Tasks)>(new CommandDefinition(
            """
            select t.run_id, json_objectagg(t.task_key, t.state) from run r join task_run t on t.run_id = r.id
            where r.pipeline = @pipeline and r.id between @First and @Last group by t.run_id
            """, new { pipeline, First = ids.Min(), Last = ids.Max() }, cancellationToken: cancellationToken))).ToDictionary(static row => row.Run, static row => row.Tasks);
        return [.. ids.Select(id => states.TryGetValue(id, out var tasks) ? JsonSerializer.Deserialize<Dictionary<string, string>>(tasks)! : None)];
    }
}
