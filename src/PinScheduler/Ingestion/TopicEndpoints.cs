using Confluent.Kafka;
using Dapper;
using MySqlConnector;
using PinScheduler.Database;
using PinScheduler.Kafka;

namespace PinScheduler.Ingestion;

/// <summary>GET /topics and GET /topics/{topic}: what is there, and how far it has been drained.</summary>
internal sealed class TopicEndpoints(TopicCatalog catalog, Warehouse warehouse)
{
    public Task<IResult> ListAsync(HttpRequest request, CancellationToken cancellationToken) => AnswerAsync(async () =>
        TypedResults.Json((await catalog.RefreshAsync(cancellationToken)).Keys.Order(StringComparer.Ordinal), contentType: KafkaMediaTypes.For(request)));

    public Task<IResult> ShowAsync(string topic, HttpRequest request, CancellationToken cancellationToken) => AnswerAsync(async () =>
    {
        var found = (await catalog.RefreshAsync(cancellationToken)).GetValueOrDefault(topic) ?? throw IngestionException.UnknownTopic(topic);
        var watermarks = await catalog.WatermarksAsync(found, cancellationToken);
        var drained = await DrainedAsync(found, cancellationToken);
        return TypedResults.Json(new
        {
            name = found.Name,
            incarnation = found.Incarnation,
            partitions = found.Partitions.Zip(watermarks, (partition, marks) =>
            {
                var next = drained.GetValueOrDefault(partition.Partition);
                return new
                {
                    partition = partition.Partition,
                    leader = partition.Leader,
                    replicas = partition.Replicas,
                    lowOffset = marks.Low,
                    highOffset = marks.High,
                    drainedOffset = next,
                    lag = marks.High - next,
                };
            }),
        }, contentType: KafkaMediaTypes.For(request));
    });

    private async Task<Dictionary<int, long>> DrainedAsync(TopicInfo topic, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        var rows = await connection.QueryAsync<(int Partition, long Next)>(new CommandDefinition(
            "select `partition`, next_offset from landing_partition where topic = @Name and incarnation = @Incarnation",
            new { topic.Name, topic.Incarnation }, cancellationToken: cancellationToken));
        return rows.ToDictionary(row => row.Partition, row => row.Next);
    }

    private static async Task<IResult> AnswerAsync(Func<Task<IResult>> answer)
    {
        try
        {
            return await answer();
        }
        catch (IngestionException problem)
        {
            return new IngestionProblem(problem);
        }
        catch (KafkaException exception)
        {
            return new IngestionProblem(IngestionException.Away($"Kafka does not answer ({exception.Error.Reason}): ask again when it is back."));
        }
        catch (MySqlException exception)
        {
            return new IngestionProblem(IngestionException.Away($"The database does not answer ({exception.Message}): ask again when it is back."));
        }
    }
}
