using System.Text.Json;
using Dapper;
using MySqlConnector;
using PinScheduler.Orchestration.Graph;

namespace PinScheduler.Orchestration.Runs;

/// <summary>The run's books, drawn in the transaction that ends it: what does not add up becomes a warning of the run.</summary>
internal sealed class RunBalance(PipelineCatalog pipelines)
{
    public async Task DrawAsync(MySqlConnection connection, MySqlTransaction transaction, RunBoard board)
    {
        // a run that was retried has other books now
        await connection.ExecuteAsync("delete from run_warning where run_id = @Id and source is null", new { board.Run.Id }, transaction);
        foreach (var warning in Sentences(board))
        {
            await RunWarnings.AddAsync(connection, board.Run.Id, source: null, warning, transaction);
        }
    }

    private List<string> Sentences(RunBoard board)
    {
        if (pipelines.Find(board.Run.Pipeline)?.Definition.Balance is not { } rule)
        {
            return [];
        }

        var counts = board.Tasks.Where(task => task.Counts is not null)
            .ToDictionary(task => task.Key, IReadOnlyDictionary<string, long> (task) => JsonSerializer.Deserialize<Dictionary<string, long>>(task.Counts!)!, StringComparer.Ordinal);
        try
        {
            return [.. rule(counts)];
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // the rule is its pipeline's own code, and no fault of it may keep the run from ending
            return [$"The run's books could not be balanced: {exception.Message}"];
        }
    }
}
