using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using PinScheduler.Database;
using PinScheduler.Kafka;
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
    [InlineData(1)]
    [InlineData(1000)]
    public async Task Pick_GivesTheSamePosts_HoweverTheyAreReadAndCutAndResumed(int step)
    {
        await using var source = await SourceFixture.CreateAsync("emulate_pick");
        await source.ExecuteAsync("update pinterest_data set `index` = `index` * @step; update geolocation_data set ind = ind * @step; update user_data set ind = ind * @step; delete from user_data where ind < 9", new { step });
        await using var server = await IngestionServer.StartAsync(EmbeddedBroker.Shared, "pick", 1, source.ConnectionString);

        var byKey = await PickAsync(2500, 500, small: 0);
        var whole = await PickAsync(2500, 7, small: 1000);
        var resumed = await PickAsync(2500 - 1501, 500, small: 0, after: byKey[1500].Draw);

        Assert.Equal(2500, byKey.Count);
        Assert.Equal(byKey.Select(TextOf), whole.Select(TextOf));
        Assert.Equal(byKey.Skip(1501).Select(TextOf), resumed.Select(TextOf));

        async Task<List<DrawnPost>> PickAsync(long count, int chunk, int small, long after = 0)
        {
            var picker = await PostPicker.CreateAsync(server.Services.GetRequiredService<SourceTables>(), 5, count, small, default);
            var chunks = await picker.PickAsync(count, chunk, after, default).ToListAsync();
            Assert.All(chunks.SkipLast(1), some => Assert.Equal(chunk, some.Count));
            return [.. chunks.SelectMany(some => some)];
        }

        static string TextOf(DrawnPost drawn) => $"{drawn.Draw} {drawn.Post.Index} {string.Join(' ', drawn.Post.Rows.Select(row => Encoding.UTF8.GetString(row.Span)))}";
    }

    [Fact]
    public async Task Run_SendsEveryTypeOfColumn_AsItsKindOfJson()
    {
        await using var source = await SourceFixture.CreateAsync("emulate_columns", posts: 0);
        await source.ExecuteAsync(
            """
            drop table user_data;
            create table user_data (ind int, a tinyint unsigned, b smallint, c mediumint unsigned, d bigint, e bigint unsigned, f year, g decimal(10,3), h float, i date, j time, k bit(8), l blob, m enum('x','y'), n varchar(9) collate utf8mb4_general_ci, o datetime(3), p char(36));
            insert into pinterest_data values (7, null, null, null, 0, null);
            insert into geolocation_data values (7, null, null, null, null);
            insert into user_data values (7, 255, -3, 16777215, -9223372036854775808, 18446744073709551615, 2021, 1.500, 0.5, '2020-02-29', '25:00:01', b'101', 'blob', 'y', 'ü', '2020-01-02 03:04:05.060', 'd9428888-122b-11e1-b85c-61cd3cbb3210');
            """);
        await using var server = await IngestionServer.StartAsync(EmbeddedBroker.Shared, "columns", 1, source.ConnectionString);

        await RunAsync(server, source, new { posts = 1 });

        Assert.Equal(
            """{"ind":7,"a":255,"b":-3,"c":16777215,"d":-9223372036854775808,"e":18446744073709551615,"f":2021,"g":1.500,"h":0.5,"i":"2020-02-29","j":"1.01:00:01","k":5,"l":"blob","m":"y","n":"ü","o":"2020-01-02 03:04:05.060000","p":"d9428888-122b-11e1-b85c-61cd3cbb3210"}""",
            Assert.Single(Values(server, "user")));
    }

    [Fact]
    public async Task Run_GoesOnBehindWhatWasConfirmed_WhenAnAttemptHasDied()
    {
        await using var source = await SourceFixture.CreateAsync("emulate_resume");
        var (requests, dies) = (0, true);
        await using var server = await StartAsync(source, "resume", () => dies && Interlocked.Increment(ref requests) > 6 ? HttpStatusCode.InternalServerError : null);
        await using var whole = await IngestionServer.StartAsync(EmbeddedBroker.Shared, "unbroken", 2, source.ConnectionString);

        var log = new KeptLog();
        await Assert.ThrowsAsync<StageFailedException>(() => RunAsync(server, source, new { posts = 3000, seed = 4 }, 5, log: log));
        var died = await source.QueryAsync<(long Confirmed, long Draws)>("select confirmed, draws from emulate_progress where run = 5");
        dies = false;
        var reported = new List<long>();
        var result = await RunAsync(server, source, new { posts = 3000, seed = 4 }, 5, (done, _, _) =>
        {
            lock (reported)
            {
                reported.Add(done);
            }
        });
        await RunAsync(whole, source, new { posts = 3000, seed = 4 }, 6);

        // two chunks of 500 were through, but the second's end is not always noted yet
        Assert.Contains(Assert.Single(died).Confirmed, new long[] { 500, 1000 });
        Assert.Equal(died[0].Confirmed < 1000, log.Lines.Any(line => line.StartsWith("Warning: 1000 posts were sent, but only 500 are noted as sent: another attempt sends 500 of them again. Each is sent at least once,", StringComparison.Ordinal)));
        Assert.Equal(died[0].Confirmed, reported.Min());
        Assert.Equal((3000, 9000, 3000), (result.Counts["posts"], result.Counts["records"], reported.Max()));
        Assert.Empty(await source.QueryAsync<long>("select run from emulate_progress"));
        foreach (var key in (string[])["pin", "geo", "user"])
        {
            var sent = Indexes(server, key).CountBy(index => index).ToDictionary();
            Assert.Equal(3000 + 1000 - died[0].Confirmed, sent.Values.Sum());
            Assert.All(Indexes(whole, key).CountBy(index => index), pair => Assert.True(sent[pair.Key] >= pair.Value, $"{key} {pair}"));
        }

        // who asks again for what has ended gets all of it again
        await RunAsync(server, source, new { posts = 3000, seed = 4 }, 5);
        Assert.Equal(6000 + 1000 - died[0].Confirmed, Indexes(server, "pin").Count);
    }

    [Fact]
    public async Task Run_SaysHowManyGoAgain_WhenTheDatabaseIsAwayAtItsEnd()
    {
        await using var source = await SourceFixture.CreateAsync("emulate_again");
        await using var server = await IngestionServer.StartAsync(EmbeddedBroker.Shared, "again", 2, source.ConnectionString);
        await source.ExecuteAsync("rename table emulated_offset to elsewhere");
        var log = new KeptLog();

        await Assert.ThrowsAnyAsync<Exception>(() => RunAsync(server, source, new { posts = 1200 }, log: log));

        var noted = (await source.QueryAsync<long>("select confirmed from emulate_progress")).SingleOrDefault();
        Assert.Contains(log.Lines, line => line.StartsWith($"Warning: 1200 posts were sent, but only {noted} are noted as sent: another attempt sends {1200 - noted} of them again.", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("another seed", 1, 3000, "", 3000)]
    [InlineData("another number of posts", 4, 2000, "", 2000)]
    [InlineData("a topic that was made anew", 4, 3000, "x", 3000)]
    [InlineData("the same", 4, 3000, "", 500)]
    public async Task Run_BeginsAnew_WhenTheProgressIsOfOtherWork(string why, long seed, int posts, string incarnation, int sent)
    {
        await using var source = await SourceFixture.CreateAsync("emulate_anew");
        await using var server = await IngestionServer.StartAsync(EmbeddedBroker.Shared, "anew", 2, source.ConnectionString);
        var topics = await server.Services.GetRequiredService<TopicCatalog>().RefreshAsync(default);
        var incarnations = string.Join(' ', new[] { "pin", "geo", "user" }.Select(key => topics[server.Topics[key]].Incarnation)) + incarnation;
        await source.ExecuteAsync("insert into emulate_progress values (1, 4, 3000, @incarnations, 2500, 2500)", new { incarnations });

        await RunAsync(server, source, new { posts, seed });

        Assert.True(sent == Indexes(server, "geo").Count, why);
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

        var log = new KeptLog();
        var result = await RunAsync(server, source, new { posts = 10 }, log: log);

        // what found no room was not taken, but what an answer is missing to may have been
        Assert.Contains(log.Lines, static line => line.StartsWith("Information: 20 records were sent again, ", StringComparison.Ordinal));
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

    private static async Task<StageResult> RunAsync(IngestionServer server, SourceFixture source, object parameters, long run = 1, Action<long, long?, string>? report = null, KeptLog? log = null) =>
        await server.Services.GetRequiredService<EmulateStage>().RunAsync(await StageContexts.CreateAsync(source.Warehouse, "emulate", run, parameters, report: report, log: log), default);

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
