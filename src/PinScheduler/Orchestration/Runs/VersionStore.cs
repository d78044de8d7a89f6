using System.Collections.Concurrent;
using Dapper;
using MySqlConnector;
using PinScheduler.Database;
using PinScheduler.Orchestration.Graph;

namespace PinScheduler.Orchestration.Runs;

/// <summary>The definitions that runs ran, by pipeline and version; a version never changes.</summary>
internal sealed class VersionStore(Warehouse warehouse)
{
    private readonly ConcurrentDictionary<(string Pipeline, string Version), (PipelineVersion Kept, TaskGraph Graph)> _known = new();

    public async Task KeepAsync(Pipeline pipeline, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            "insert ignore into pipeline_version (pipeline, version, definition, created_at) values (@Key, @Version, @definition, utc_timestamp(6))",
            new { pipeline.Key, pipeline.Version, definition = pipeline.Kept.Write() }, cancellationToken: cancellationToken));
        _known[(pipeline.Key, pipeline.Version)] = (pipeline.Kept, pipeline.Graph);
    }

    public async Task<(PipelineVersion Kept, TaskGraph Graph)> GetAsync(MySqlConnection connection, string pipeline, string version, MySqlTransaction? transaction = null)
    {
        if (_known.TryGetValue((pipeline, version), out var known))
        {
            return known;
        }

        var text = await connection.QuerySingleAsync<string>("select definition from pipeline_version where pipeline = @pipeline and version = @version", new { pipeline, version }, transaction);
        var kept = PipelineVersion.Read(text);
        return _known[(pipeline, version)] = (kept, new TaskGraph(kept.Tasks));
    }
}
