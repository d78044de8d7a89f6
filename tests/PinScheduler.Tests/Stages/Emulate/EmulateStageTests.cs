using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using PinScheduler.Database;
using PinScheduler.Stages;
using PinScheduler.Stages.Emulate;
using PinScheduler.Tests.Ingestion;
using PinScheduler.Tests.Kafka;

namespace PinScheduler.Tests.Stages.Emulate;

public class EmulateStageTests
{
    [Fact]
    public async Task Run_SendsTheThreeRowsOfEachPost_WithTheirTypes()
    {
        await using var source = await SourceFixture.CreateAsync("emulate_types", posts: 0);
        await source.ExecuteAsync(
            """
            set session sql_mode = '';
            insert into pinterest_data values (7, null, 'A "title" ä😀', 'User Info Error', 0, '');
            insert into geolocation_data values (7, '2021-12-31 23:59:59.120000', -12.5, 0.1, 'Côte');
            insert into user_data values (7, 'Ada', null, null, '0000-00-00 00:00:00');
            """);
        await using var server = await IngestionServer.StartAsync(EmbeddedBroker.Shared, "types", 4, source.ConnectionString);

        var result = await RunAsync(server, source, new { posts = 2 });

        Assert.Equal((2, 6), (result.Counts["posts"], result.Counts["records"]));
        Assert.Equal("""{"index":7,"unique_id":null,"title":"A \"title\" ä\uD83D\uDE00","follower_count":"User Info Error","downloaded":0,"category":""}""", Values(server, "pin").Distinct().Single());
        Assert.Equal("""{"ind":7,"timestamp":"2021-12-31 23:59:59.120000","latitude":-12.5,"longitude":0.1,"country":"Côte"}""", Values(server, "geo").Distinct().Single());
        Assert.Equal("""{"ind":7,"first_name":"Ada","last_name":null,"age":null,"date_joined":"0000-00-00 00:00:00"}""", Values(server, "user").Distinct().Single());
        var records = new[] { "pin", "geo", "user" }.SelectMany(key => server.Consume(server.Topics[key])).ToList();
        Assert.Equal(6, records.Count);
        Assert.Equal("7", Encoding.UTF8.GetString(records.Select(record => record.Message.Key).DistinctBy(Convert.ToHexString).Single()));
        Assert.Single(records.Select(record => record.Partition.Value).Distinct());
    }

    [Fact]
    public async Task Run_SendsTheSamePostsAgain_WhenTheSeedIsTheSame()
    {
        await using var source = await SourceFixture.CreateAsync("emulate_seed");
        await using var server = await IngestionServer.StartAsync(EmbeddedBroker.Shared, "seed", 4, source.ConnectionString);

        var first = await SentAsync(new { posts = 30, seed = 5 }, 1);
        var second = await SentAsync(new { posts = 30, seed = 5, postsPerSecond = 300 }, 2);
        var third = await SentAsync(new { posts = 30, seed = 6 }, 3);
        var ofTheRun = await SentAsync(new { posts = 30 }, 9);
        var retried = await SentAsync(new { posts = 30 }, 9);

        Assert.Equal(first, second);
        Assert.NotEqual(first, third);
        Assert.Equal(ofTheRun, retried);
        Assert.NotEqual(first, ofTheRun);
        Assert.True(first.Distinct().Count() < 30, "30 of 40 with replacement hold duplicates");

        async Task<List<long>> SentAsync(object parameters, long run)
        {
            var before = Indexes(server, "geo").Count;
            await RunAsync(server, source, parameters, run);
            var sent = Indexes(server, "geo");
            return [.. sent.Skip(before).Order()];
        }
    }

    [Theory]
    [InlineData("int not null primary key", 1)]
    [InlineData("int", 1)]
    [InlineData("bigint not null, key (INDEX)", 1)]
    [InlineData("varchar(20)", 1)]
    [InlineData("int not null primary key", 1_000_000)]
    public async Task Run_PicksPostsThatAllTablesHave_HoweverTheyAreKeyed(string key, int step)
    {
        await using var source = await SourceFixture.CreateAsync("emulate_keys", key.Contains("INDEX", StringComparison.Ordinal) ? "bigint not null" : key);
        if (key.Contains("INDEX", StringComparison.Ordinal))
        {
            await source.ExecuteAsync("alter table pinterest_data add key (`index`); alter table geolocation_data add key (ind); alter table user_data add key (ind)");
        }

        await source.ExecuteAsync(
            """
            delete from pinterest_data where `index` < 5;
            delete from geolocation_data where ind in (10, 20);
            delete from user_data where ind > 35;
            update pinterest_data set `index` = `index` * @step;
            update geolocation_data set ind = ind * @step;
            update user_data set ind = ind * @step;
            """, new { step });
        await using var server = await IngestionServer.StartAsync(EmbeddedBroker.Shared, "keys", 4, source.ConnectionString);

        await RunAsync(server, source, new { posts = 600, seed = 1 });

        var posts = Enumerable.Range(5, 31).Where(index => index is not (10 or 20)).Select(index => (long)index * step).ToList();
        Assert.Equal(posts, Indexes(server, "geo").Distinct().Order());
        Assert.Equal(600, Indexes(server, "geo").Count);
        Assert.Equal(Indexes(server, "geo").Order(), Indexes(server, "pin").Order());
        Assert.Equal(Indexes(server, "geo").Order(), Indexes(server, "user").Order());
    }

    [Fact]
    public async Task Run_TakesOneRowAlwaysTheSame_WhenAnIndexHasSeveral()
    {
        await using var source = await SourceFixture.CreateAsync("emulate_twice", "int", posts: 1);
        await source.ExecuteAsync("insert into user_data values (1, 'Ada', 'A first', 3, null), (1, 'Zoe', 'Z last', 4, null)");
        await using var server = await IngestionServer.StartAsync(EmbeddedBroker.Shared, "twice", 1, source.ConnectionString);

        await RunAsync(server, source, new { posts = 5 });

        Assert.Contains("A first", Assert.Single(Values(server, "user").Distinct()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_NotesWhereTheTopicsEnd_WhenAllIsSent()
    {
        await using var source = await SourceFixture.CreateAsync("emulate_ends");
        await using var server = await IngestionServer.StartAsync(EmbeddedBroker.Shared, "ends", 2, source.ConnectionString);
        var progress = new List<long>();

        await RunAsync(server, source, new { posts = 1200 }, 77, (done, total, unit) =>
        {
            lock (progress)
            {
                Assert.Equal((1200, "posts"), (total, unit));
                progress.Add(done);
            }
        });

        var noted = await source.QueryAsync<(string Topic, int Partition, long End)>("select topic, `partition`, end_offset from emulated_offset where run = 77 and length(incarnation) > 20 order by topic, `partition`");
        var ends = server.Topics.Values.Order(StringComparer.Ordinal).SelectMany(topic => server.Consume(topic).GroupBy(record => record.Partition.Value).Select(group => (topic, group.Key, (long)group.Count())));
        Assert.Equal(ends, noted);
        Assert.Equal(1200, progress.Max());
        Assert.Equal(3, progress.Count);
    }

    [Fact]
    public async Task Run_NotesNothing_WhenANewerAttemptHasTakenOver()
    {
        await using var source = await SourceFixture.CreateAsync("emulate_fence");
        await using var server = await IngestionServer.StartAsync(EmbeddedBroker.Shared, "fence", 2, source.ConnectionString);
        var late = await StageContexts.CreateAsync(source.Warehouse, "emulate", 1, new { posts = 3 });
        _ = await StageContexts.CreateAsync(source.Warehouse, "emulate", 1);

        await Assert.ThrowsAsync<FenceLostException>(() => server.Services.GetRequiredService<EmulateStage>().RunAsync(late, default));

        Assert.Empty(await source.QueryAsync<long>("select run from emulated_offset"));
    }

    [Fact]
    public async Task Run_SendsAgain_WhenTheApiSaysLater()
    {
        await using var source = await SourceFixture.CreateAsync("emulate_later");
        var answers = new Queue<HttpStatusCode>([HttpStatusCode.TooManyRequests, HttpStatusCode.ServiceUnavailable, HttpStatusCode.RequestTimeout]);
        await using var server = await StartAsync(source, "later", () => answers.TryDequeue(out var answer) ? answer : null);

        var result = await RunAsync(server, source, new { posts = 10 });

        Assert.Equal(30, result.Counts["records"]);
        Assert.Equal([10, 10, 10], new[] { "pin", "geo", "user" }.Select(key => server.Consume(server.Topics[key]).Count));
        Assert.Empty(answers);
    }

    [Theory]
    [InlineData(HttpStatusCode.UnprocessableContent, false)]
    [InlineData(HttpStatusCode.InternalServerError, true)]
    public async Task Run_FailsWithTheReason_WhenTheApiRefuses(HttpStatusCode status, bool retry)
    {
        await using var source = await SourceFixture.CreateAsync("emulate_refused");
        await using var server = await StartAsync(source, "refused", () => status);

        var failure = await Assert.ThrowsAsync<StageFailedException>(() => RunAsync(server, source, new { posts = 5000 }));

        Assert.Equal(retry, failure.Retry);
        Assert.Contains($"{(int)status}", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_FailsForGood_WhenTheSourceHasNoPost()
    {
        await using var source = await SourceFixture.CreateAsync("emulate_empty");
        await using var server = await IngestionServer.StartAsync(EmbeddedBroker.Shared, "empty", 1, source.ConnectionString);
        await source.ExecuteAsync("delete from geolocation_data");

        Assert.Contains("no post", (await Assert.ThrowsAsync<StageFailedException>(() => RunAsync(server, source, new { posts = 1 }))).Message, StringComparison.Ordinal);

        await source.ExecuteAsync("drop table geolocation_data");
        var failure = await Assert.ThrowsAsync<StageFailedException>(() => RunAsync(server, source, new { posts = 1 }));
        Assert.False(failure.Retry);
        Assert.Contains("'geolocation_data' with 'ind'", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_EndsSoon_WhenCancelled()
    {
        await using var source = await SourceFixture.CreateAsync("emulate_cancel");
        await using var server = await IngestionServer.StartAsync(EmbeddedBroker.Shared, "cancel", 1, source.ConnectionString);
        using var cancel = new CancellationTokenSource();
        var context = await StageContexts.CreateAsync(source.Warehouse, "emulate", 1, new { posts = 1000, postsPerSecond = 10 }, report: (_, _, _) => cancel.Cancel());

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => server.Services.GetRequiredService<EmulateStage>().RunAsync(context, cancel.Token)).WaitAsync(TimeSpan.FromSeconds(10));
    }

    private static Task<IngestionServer> StartAsync(SourceFixture source, string prefix, Func<HttpStatusCode?> answer) => StartAsync(source, EmbeddedBroker.Shared, prefix, answer);

    private static async Task<IngestionServer> StartAsync(SourceFixture source, EmbeddedBroker broker, string prefix, Func<HttpStatusCode?> answer) =>
        await IngestionServer.StartAsync(broker, await broker.CreateTopicsAsync(prefix, 2), source.ConnectionString,
            services => services.AddHttpClient(IngestionClient.Name).AddHttpMessageHandler(() => new Answering(answer)), ("Pipeline:EmulateRequests", "1"));

    private static async Task<StageResult> RunAsync(IngestionServer server, SourceFixture source, object parameters, long run = 1, Action<long, long?, string>? report = null) =>
        await server.Services.GetRequiredService<EmulateStage>().RunAsync(await StageContexts.CreateAsync(source.Warehouse, "emulate", run, parameters, report: report), default);

    private static List<string> Values(IngestionServer server, string key) => [.. server.Consume(server.Topics[key]).OrderBy(record => record.Message.Timestamp.UnixTimestampMs).Select(record => Encoding.UTF8.GetString(record.Message.Value))];

    private static List<long> Indexes(IngestionServer server, string key) =>
        [.. Values(server, key).Select(value => JsonNode.Parse(value)!).Select(record => long.Parse((record["ind"] ?? record["index"])!.ToString()))];

    private sealed class Answering(Func<HttpStatusCode?> answer) : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => answer() switch
        {
            null => await base.SendAsync(request, cancellationToken),
            HttpStatusCode.RequestTimeout => throw new HttpRequestException("the connection broke"),
            var status => new HttpResponseMessage(status.Value) { Content = new StringContent("no"), Headers = { { "Retry-After", "0" } } },
        };
    }
}
