using System.Text.Json;
using Confluent.Kafka;
using PinScheduler.Tests.Kafka;
using PinScheduler.Tests.Stages.Drain;

namespace PinScheduler.Tests.Inspection;

public sealed class LineageTests
{
    [Theory]
    [InlineData("none")]
    [InlineData("gzip")]
    public async Task Offset_IsFoundWithItsLine_ThroughHolesAndDeadLetters(string compression)
    {
        await using var bench = await DrainBench.CreateAsync(partitions: 1, settings: [("Pipeline:MaxFileBytes", "400"), ("Pipeline:LandingCompression", compression)]);
        var produced = new Dictionary<long, string?>();
        for (var round = 0; round < 4; round++)
        {
            Transact(bench, produced, [.. Enumerable.Range(0, 12).Select(number => number % 5 == round ? "dead" : $"{{\"index\":{round * 100 + number}}}")]);
        }

        await bench.DrainAsync(run: 7);
        await using var server = await InspectionServer.StartAsync(bench);

        for (var offset = 0L; offset <= produced.Keys.Max() + 1; offset++)
        {
            var found = await server.GetAsync($"/api/topics/{bench.Topic}/partitions/0/offsets/{offset}");
            if (!produced.TryGetValue(offset, out var value))
            {
                Assert.Equal("noRecord", found.GetProperty("state").GetString());
            }
            else if (value == "dead")
            {
                Assert.Equal(("deadLetter", "not JSON"), (found.GetProperty("state").GetString(), found.GetProperty("reason").GetString()));
            }
            else
            {
                Assert.Equal(("line", value), (found.GetProperty("state").GetString(), found.GetProperty("record").GetProperty("data").GetRawText()));
                Assert.Equal("7", found.GetProperty("file").GetProperty("landedByRun").GetString());
            }
        }

        await bench.ExecuteAsync("delete from landing_holes");
        var states = new List<string?>();
        foreach (var offset in produced.Keys)
        {
            states.Add((await server.GetAsync($"/api/topics/{bench.Topic}/partitions/0/offsets/{offset}")).GetProperty("state").GetString());
        }

        Assert.Contains("between", states);
    }

    [Fact]
    public async Task Offset_SaysWhatIsWithIt_WhereItIsInNoFile()
    {
        await using var bench = await DrainBench.CreateAsync(partitions: 1);
        await using var server = await InspectionServer.StartAsync(bench);
        Assert.Equal(404, (await server.RefusedAsync($"/api/topics/{bench.Topic}/partitions/0/offsets/0")).Status);
        for (var i = 0; i < 6; i++)
        {
            await bench.ProduceAsync(0, "{}");
        }

        await EmbeddedBroker.Shared.DeleteRecordsAsync(bench.Topic, 0, 4);
        await bench.DrainAsync();

        Assert.Equal("gap", (await server.GetAsync($"/api/topics/{bench.Topic}/partitions/0/offsets/2")).GetProperty("state").GetString());
        Assert.Equal("notDrained", (await server.GetAsync($"/api/topics/{bench.Topic}/partitions/0/offsets/6")).GetProperty("state").GetString());
        Assert.Equal((404, $"'{bench.Topic}' has had no life 9; leave it out for the last."), await server.RefusedAsync($"/api/topics/{bench.Topic}/partitions/0/offsets/6?life=9"));
        Assert.Equal((422, "'offset' is 'x'; it must be a whole number from 0 to 9223372036854775807."), await server.RefusedAsync($"/api/topics/{bench.Topic}/partitions/0/offsets/x"));
    }

    [Fact]
    public async Task Run_HasTheFilesThatItLandedOrCleaned_AndWhatItsResultRestsOn()
    {
        await using var bench = await DrainBench.CreateAsync(partitions: 1);
        await bench.ExecuteAsync("insert into run (id, pipeline, version, logical_date, state, `trigger`, parameters, created_at, ended_at) values (1, 'nightly', 'v', '2026-11-22', 'succeeded', 'api', '{}', utc_timestamp(6), utc_timestamp(6)), (2, 'nightly', 'v', '2026-11-23', 'succeeded', 'api', '{}', utc_timestamp(6), utc_timestamp(6) + interval 1 hour)");
        foreach (var run in (long[])[1, 2])
        {
            await bench.ProduceAsync(0, "{\"index\":1}", "{\"index\":2}");
            await bench.DrainAsync(run);
            await bench.ExecuteAsync("update landing_file set cleaned_with = 'r' where run = @run", new { run });
            await bench.ExecuteAsync("insert into cleaned_file (landing_file, rules, data_set, run, records, accepted, duplicates, rejected, cleaned_at) select id, 'r', 'pin', run, records, 1, 1, 0, utc_timestamp(6) from landing_file where run = @run", new { run });
            await bench.ExecuteAsync("insert into analysis_result (run, analysis, sql_hash, column_names, row_count, milliseconds, created_at) values (@run, 'users_joined_by_year', '', '[]', 0, 0, utc_timestamp(6)), (@run, 'popular_category_by_country', '', '[]', 0, 0, utc_timestamp(6))", new { run });
        }

        await using var server = await InspectionServer.StartAsync(bench);

        Assert.Equal(["2-3"], Ranges(await server.GetAsync("/api/runs/2/lineage")));
        Assert.Equal(["0-1", "2-3"], Ranges(await server.GetAsync("/api/runs/2/lineage?all=true")));
        Assert.Equal(["0-1"], Ranges(await server.GetAsync("/api/runs/1/lineage?all=true&analysis=popular_category_by_country")));
        Assert.Empty(Ranges(await server.GetAsync("/api/runs/1/lineage?all=true&analysis=users_joined_by_year")));
        Assert.Equal((404, "There is no run '3'; see the list of runs."), await server.RefusedAsync("/api/runs/3/lineage"));
        Assert.Equal((404, "There is no analysis 'nix'; see the list of results."), await server.RefusedAsync("/api/runs/1/lineage?analysis=nix"));
    }

    private static IEnumerable<string> Ranges(JsonElement files) => files.EnumerateArray().Select(file => $"{file.GetProperty("firstOffset")}-{file.GetProperty("lastOffset")}");

    private static void Transact(DrainBench bench, Dictionary<long, string?> produced, string[] values)
    {
        using var producer = new ProducerBuilder<byte[], string>(new ProducerConfig { BootstrapServers = EmbeddedBroker.Shared.BootstrapServers, TransactionalId = bench.Topic }).Build();
        producer.InitTransactions(TimeSpan.FromSeconds(10));
        foreach (var chunk in values.Chunk(4))
        {
            producer.BeginTransaction();
            foreach (var value in chunk)
            {
                producer.Produce(bench.Topic, new Message<byte[], string> { Key = "17"u8.ToArray(), Value = value }, report => produced[report.Offset.Value] = value);
            }

            producer.CommitTransaction(TimeSpan.FromSeconds(10));
        }
    }
}
