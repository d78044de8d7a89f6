using System.Net;
using System.Text.Json.Nodes;
using Dapper;
using PinScheduler.Database;
using PinScheduler.Hosting;
using PinScheduler.Kafka;
using PinScheduler.Tests.Kafka;

namespace PinScheduler.Tests.Ingestion;

public sealed class TopicEndpointsTests
{
    [Fact]
    public async Task Topics_ShowOffsetsAndWhatIsDrained_WhenAsked()
    {
        var database = MariaDb.CreateDatabase("topics");
        await using var warehouse = new Warehouse(database);
        await new SchemaInstaller(warehouse, new SqlFolder(Path.Combine(MariaDb.Root, "sql")), TimeProvider.System).InstallAsync(default);
        await using var server = await IngestionServer.StartAsync(EmbeddedBroker.Shared, "show", 2, database);
        await server.PostAsync(server.Pin, "{\"records\":[{\"value\":1,\"partition\":1},{\"value\":1,\"partition\":1},{\"value\":1,\"partition\":1}]}");
        using var catalog = new TopicCatalog(EmbeddedBroker.Shared.Clients(), TimeProvider.System);
        var incarnation = (await catalog.FindAsync(server.Pin, default))!.Incarnation;
        await using (var connection = await warehouse.OpenAsync(default))
        {
            await connection.ExecuteAsync("insert into landing_partition (topic, incarnation, `partition`, next_offset, claim) values (@topic, @incarnation, 1, 2, 0), (@topic, 'another life', 0, 9, 0)", new { topic = server.Pin, incarnation });
        }

        var topics = JsonNode.Parse(await server.Http.GetStringAsync("/topics"))!.AsArray();
        var topic = JsonNode.Parse(await server.Http.GetStringAsync($"/topics/{server.Pin}"))!;

        Assert.Contains(server.Pin, topics.Select(name => (string)name!));
        Assert.Equal(server.Pin, (string)topic["name"]!);
        Assert.Equal(
            [
                """{"partition":0,"leader":1,"replicas":[1],"lowOffset":0,"highOffset":0,"drainedOffset":0,"lag":0}""",
                """{"partition":1,"leader":1,"replicas":[1],"lowOffset":0,"highOffset":3,"drainedOffset":2,"lag":1}""",
            ],
            topic["partitions"]!.AsArray().Select(partition => partition!.ToJsonString()));
        Assert.Equal(HttpStatusCode.NotFound, (await server.Http.GetAsync("/topics/nope")).StatusCode);
    }

    [Fact]
    public async Task Topic_Answers503_WhenTheDatabaseIsAway()
    {
        await using var server = await IngestionServer.StartAsync(EmbeddedBroker.Shared, "away");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await server.Http.GetAsync($"/topics/{server.Pin}")).StatusCode);
    }
}
