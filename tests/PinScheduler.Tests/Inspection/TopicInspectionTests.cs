using System.Text.Json;
using Confluent.Kafka;
using MySqlConnector;
using PinScheduler.Tests.EndToEnd;
using PinScheduler.Tests.Kafka;
using PinScheduler.Tests.Stages.Drain;

namespace PinScheduler.Tests.Inspection;

public sealed class TopicInspectionTests
{
    [Fact]
    public async Task Topics_ShowLagAndRate_WhenAskedTwice()
    {
        await using var bench = await DrainBench.CreateAsync(partitions: 2);
        await bench.ProduceAsync(0, "{}", "{}", "{}");
        await bench.DrainAsync();
        await bench.ProduceAsync(0, "{}");
        await using var server = await InspectionServer.StartAsync(bench);

        var first = await server.GetAsync($"/api/topics/{bench.Topic}");
        await bench.ProduceAsync(1, "{}", "{}");
        var second = first;
        while (second.GetProperty("rate").ValueKind == JsonValueKind.Null)
        {
            second = await server.GetAsync($"/api/topics/{bench.Topic}");
        }

        Assert.Equal((4, 1), (first.GetProperty("records").GetInt64(), first.GetProperty("lag").GetInt64()));
        Assert.Equal((6, 3), (second.GetProperty("records").GetInt64(), second.GetProperty("lag").GetInt64()));
        Assert.Equal(2, second.GetProperty("rate").GetDouble() * second.GetProperty("rateSeconds").GetDouble(), 0.5);
        Assert.Equal([3, 0], second.GetProperty("partitions").EnumerateArray().Select(partition => partition.GetProperty("drainedOffset").GetInt64()));
        var list = (await server.GetAsync("/api/topics"))[0];
        Assert.Equal((bench.Topic, "pin"), (list.GetProperty("topic").GetString(), list.GetProperty("dataSet").GetString()));
        Assert.Contains((await server.GetAsync("/api/topics?all=true")).EnumerateArray(), topic => topic.GetProperty("dataSet").ValueKind == JsonValueKind.Null);
        Assert.Equal((404, "There is no topic 'nix'; see the list of topics."), await server.RefusedAsync("/api/topics/nix"));
    }

    [Fact]
    public async Task Post_SaysWhichSourceCannotBeReadAndWhereItIsSet()
    {
        await using var bench = await DrainBench.CreateAsync(partitions: 1);
        var source = new MySqlConnectionStringBuilder(MariaDb.CreateDatabase("peek_source"));
        await using (var empty = await InspectionServer.StartAsync(bench, source.ConnectionString))
        {
            var (status, detail) = await empty.RefusedAsync("/api/source/post");
            Assert.Equal(503, status);
            Assert.Matches($"^The source database '{source.Database}' at {source.Server}:{source.Port} cannot be read by '{source.UserID}': Table '{source.Database}.[a-z_]+' doesn't exist. See 'ConnectionStrings:Source', which db_creds.yaml sets where it is there.$", detail);
        }

        source.Port = 1;
        await using var away = await InspectionServer.StartAsync(bench, source.ConnectionString);
        var refused = await away.RefusedAsync("/api/source/post");
        Assert.Equal(503, refused.Status);
        Assert.Contains($"'{source.Database}' at {source.Server}:1 cannot be read by '{source.UserID}': Unable to connect", refused.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Records_AreTheLast_WhateverTheyAre()
    {
        await using var bench = await DrainBench.CreateAsync(partitions: 3);
        using (var producer = new ProducerBuilder<byte[]?, byte[]?>(new ProducerConfig { BootstrapServers = EmbeddedBroker.Shared.BootstrapServers }).Build())
        {
            byte[]?[] values = [[.. Enumerable.Repeat((byte)'[', 63), .. Enumerable.Repeat((byte)']', 63)], null, [], "{\"a\":1.50,\"a\":\"\\ud800\"}"u8.ToArray(), "text"u8.ToArray(), [0xFF, 0], [.. Enumerable.Repeat((byte)'x', 100_000)]];
            foreach (var (at, value) in values.Index())
            {
                var message = new Message<byte[]?, byte[]?> { Key = at == 0 ? null : "k"u8.ToArray(), Value = value, Timestamp = new Timestamp(1_700_000_000_000 + at, TimestampType.CreateTime), Headers = [new Header("h", [(byte)at])] };
                await producer.ProduceAsync(new TopicPartition(bench.Topic, at % 3), message);
            }
        }

        await using var server = await InspectionServer.StartAsync(bench);
        var records = (await server.GetAsync($"/api/topics/{bench.Topic}/records?limit=7")).EnumerateArray().ToList();

        Assert.Equal(["text", "base64", "text", "json", "text", null, "text"], records.Select(record => record.GetProperty("value").GetProperty("format").GetString()));
        Assert.Equal("{\"a\":1.50,\"a\":\"\\ud800\"}", records[3].GetProperty("value").GetProperty("data").GetRawText());
        Assert.Equal((100_000, 65_536), (records[0].GetProperty("value").GetProperty("bytes").GetInt32(), records[0].GetProperty("value").GetProperty("data").GetString()!.Length));
        Assert.Equal("2023-11-14T22:13:20.006Z", records[0].GetProperty("time").GetString());
        Assert.Equal(JsonValueKind.Null, records[6].GetProperty("key").GetProperty("format").ValueKind);
        Assert.Equal("h", records[6].GetProperty("headers")[0].GetProperty("name").GetString());
        Assert.Equal([6L, 3L, 0L], (await server.GetAsync($"/api/topics/{bench.Topic}/records?partition=0")).EnumerateArray().Select(record => record.GetProperty("offset").GetInt64() * 3));
        Assert.Equal((422, "'limit' is '101'; it must be a whole number from 1 to 100."), await server.RefusedAsync($"/api/topics/{bench.Topic}/records?limit=101"));
        Assert.Equal((422, "'partition' is '3'; it must be a whole number from 0 to 2."), await server.RefusedAsync($"/api/topics/{bench.Topic}/records?partition=3"));
    }

    [Fact]
    public async Task Records_AreAsManyAsAskedFor_WhereOffsetsHoldNone()
    {
        await using var bench = await DrainBench.CreateAsync(partitions: 1);
        using var producer = new ProducerBuilder<Null, string>(new ProducerConfig { BootstrapServers = EmbeddedBroker.Shared.BootstrapServers, TransactionalId = bench.Topic }).Build();
        producer.InitTransactions(TimeSpan.FromSeconds(10));
        for (var i = 0; i < 20; i++)
        {
            producer.BeginTransaction();
            producer.Produce(bench.Topic, new Message<Null, string> { Value = $"{i}" });
            producer.CommitTransaction(TimeSpan.FromSeconds(10));
        }

        await using var server = await InspectionServer.StartAsync(bench);

        Assert.Equal(
            ["19", "18", "17", "16", "15", "14", "13", "12"],
            (await server.GetAsync($"/api/topics/{bench.Topic}/records?limit=8")).EnumerateArray().Select(record => record.GetProperty("value").GetProperty("data").GetRawText()));
    }

    [Fact]
    public async Task CommandLine_ProducesPeeksAndTraces()
    {
        await using var bench = await DrainBench.CreateAsync(partitions: 2);
        await using var server = await InspectionServer.StartAsync(bench);
        var file = Path.Combine(bench.LandingRoot, "..", "records.jsonl");
        await File.WriteAllLinesAsync(file, [.. Enumerable.Range(0, 1200).Select(number => $"{{\"index\":{number},\"t\":\"\\u001b[1m\"}}"), "", "[1]"]);

        Assert.StartsWith($"1,201 records acknowledged by '{bench.Topic}'", await RunAsync(server, 0, "produce", bench.Topic, "--file", file), StringComparison.Ordinal);
        await File.WriteAllTextAsync(file, "{}\nnope\n");
        Assert.Contains("Line 2 is not JSON", await RunAsync(server, 1, "produce", bench.Topic, "--file", file), StringComparison.Ordinal);
        await bench.DrainAsync();

        Assert.Contains($"{bench.Topic}\tpin\t2\t1201\t0\t", await RunAsync(server, 0, "topics"), StringComparison.Ordinal);
        var peeked = (await RunAsync(server, 0, "peek", bench.Topic, "-n", "3")).Trim().Split('\n');
        Assert.Equal(3, peeked.Length);
        Assert.All(peeked, line => Assert.Equal(6, line.Split('\t').Length));
        Assert.Contains("Line 6 of " + bench.Topic, await RunAsync(server, 0, "lineage", bench.Topic, "1", "5"), StringComparison.Ordinal);
        Assert.Contains("Name a topic", await RunAsync(server, 2, "peek"), StringComparison.Ordinal);
        Assert.Contains("lineage TOPIC PARTITION OFFSET", await RunAsync(server, 2, "lineage", bench.Topic, "1"), StringComparison.Ordinal);
    }

    private static async Task<string> RunAsync(InspectionServer server, int code, params string[] arguments)
    {
        var command = new ChildProcess(Path.GetTempPath(), new Dictionary<string, string>(), "dotnet", [Path.Combine(AppContext.BaseDirectory, "PinScheduler.dll"), .. arguments, "--server", $"{server.Http.BaseAddress}"]);
        Assert.True(await command.ExitAsync() == code, command.Output);
        return command.Output;
    }
}
