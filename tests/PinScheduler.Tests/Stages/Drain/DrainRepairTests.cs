using PinScheduler.Landing;
using PinScheduler.Tests.Kafka;

namespace PinScheduler.Tests.Stages.Drain;

/// <summary>Ledger and disk disagree: said loudly, and repaired where Kafka still has the records.</summary>
public class DrainRepairTests
{
    private static readonly string[] Values = [.. Enumerable.Range(0, 60).Select(number => $"{{\"index\":{number}}}")];

    [Theory]
    [InlineData("delete", "none")]
    [InlineData("delete", "gzip")]
    [InlineData("cut", "none")]
    [InlineData("cut", "gzip")]
    [InlineData("grow", "none")]
    [InlineData("delete dead letters", "none")]
    [InlineData("cut dead letters", "gzip")]
    [InlineData("delete all", "none")]
    public async Task Run_DrainsAFileOnceMore_WhenItIsNotAsRecorded(string how, string compression)
    {
        await using var bench = await DrainBench.CreateAsync(settings: [("Pipeline:MaxFileBytes", "300"), ("Pipeline:LandingCompression", compression)]);
        await bench.ProduceAsync(0, [.. Values, "dead", .. Values]);
        await bench.ProduceAsync(2, Values);
        await bench.DrainAsync(run: 1);
        var rows = await bench.RowsAsync();
        Assert.True(rows.Count > 5);
        Damage(bench, rows.Single(row => row.DeadLetters > 0), how);
        await bench.ProduceAsync(1, Values);

        await bench.DrainAsync(run: 2);

        await bench.AssertEverythingLandedAsync();
        Assert.Equal(how == "delete all" ? rows.Count : 1, bench.Warnings.Count);
        Assert.All(bench.Warnings, warning => Assert.Contains("drained from Kafka once more", warning, StringComparison.Ordinal));
        Assert.Equal(rows, (await bench.RowsAsync()).Where(row => row.Run == 1));
        await bench.DrainAsync(run: 3);
        Assert.Equal(how == "delete all" ? rows.Count : 1, bench.Warnings.Count);
    }

    [Fact]
    public async Task Run_DrainsAFileOnceMore_WhenACleanFoundItsContentChanged()
    {
        await using var bench = await DrainBench.CreateAsync(partitions: 1);
        await bench.ProduceAsync(0, Values);
        await bench.DrainAsync();
        var path = bench.FullPath(Assert.Single(await bench.RowsAsync()));
        var bytes = await File.ReadAllBytesAsync(path);
        await File.WriteAllBytesAsync(path, [.. bytes[..^4], (byte)'7', .. bytes[^3..]]);
        await bench.DrainAsync(run: 2);
        Assert.Empty(bench.Warnings);

        await MarkAsync(bench);
        await bench.DrainAsync(run: 3);

        await bench.AssertEverythingLandedAsync();
        Assert.Contains("is not as it was landed", Assert.Single(bench.Warnings), StringComparison.Ordinal);
        Assert.Empty(await bench.QueryAsync<long>("select id from landing_file where damaged_at is not null"));
    }

    [Fact]
    public async Task Run_IsContent_WhenSomebodyPutTheFileBack()
    {
        await using var bench = await DrainBench.CreateAsync(partitions: 1);
        await bench.ProduceAsync(0, Values);
        await bench.DrainAsync();
        await MarkAsync(bench);

        await bench.DrainAsync(run: 2);

        Assert.Empty(bench.Warnings);
        Assert.Empty(await bench.QueryAsync<long>("select id from landing_file where damaged_at is not null"));
    }

    [Fact]
    public async Task Run_SaysWhatIsLostAndDrainsOn_WhenKafkaHasTheOffsetsNoMore()
    {
        await using var bench = await DrainBench.CreateAsync(partitions: 1);
        foreach (var value in Values[..6])
        {
            await bench.ProduceAsync(0, value);
        }

        await bench.DrainAsync(run: 1);
        File.Delete(bench.FullPath(Assert.Single(await bench.RowsAsync())));
        await EmbeddedBroker.Shared.DeleteRecordsAsync(bench.Topic, 0, 2);
        await bench.ProduceAsync(0, Values);

        Assert.Equal(60, (await bench.DrainAsync(run: 2)).Counts["records"]);

        var warning = Assert.Single(bench.Warnings);
        Assert.Contains("partition 0, offsets 0 to 5, 6 records, 0 dead letters) is missing, and it cannot be drained once more: Kafka has kept only offsets from 2 on", warning, StringComparison.Ordinal);
        Assert.Contains("delete its row 1 from 'landing_file'", warning, StringComparison.Ordinal);
        Assert.Equal([1L], await bench.QueryAsync<long>("select id from landing_file where damaged_at is not null"));
        await bench.DrainAsync(run: 3);
        Assert.Equal(2, bench.Warnings.Count);
    }

    [Fact]
    public async Task Run_SaysWhatIsLost_WhenTheTopicWasCreatedAgain()
    {
        await using var bench = await DrainBench.CreateAsync(partitions: 1);
        await bench.ProduceAsync(0, Values);
        await bench.DrainAsync(run: 1);
        Directory.Delete(bench.LandingRoot, recursive: true);
        await bench.RecreateTopicAsync(1);
        await bench.ProduceAsync(0, Values);

        Assert.Equal(60, (await bench.DrainAsync(run: 2)).Counts["records"]);

        Assert.Contains("cannot be drained once more: the topic was created again", Assert.Single(bench.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_PutsNothingInItsPlace_WhenWhatKafkaHasIsAnotherThing()
    {
        await using var bench = await DrainBench.CreateAsync(partitions: 1);
        await bench.ProduceAsync(0, Values);
        await bench.DrainAsync(run: 1);
        var path = bench.FullPath(Assert.Single(await bench.RowsAsync()));
        await File.WriteAllTextAsync(path, "what is left");
        // as if the topic had been compacted since
        await bench.ExecuteAsync("update landing_file set records = records + 1, consumed = consumed + 1");

        await bench.DrainAsync(run: 2);

        Assert.Contains("what Kafka has at these offsets now is not what was recorded (60 records", Assert.Single(bench.Warnings), StringComparison.Ordinal);
        Assert.Equal("what is left", await File.ReadAllTextAsync(path));
        Assert.Single(bench.FilesOnDisk());
    }

    [Fact]
    public async Task Run_DoesNotLookForFiles_ThatAreCleaned()
    {
        await using var bench = await DrainBench.CreateAsync(partitions: 1);
        await bench.ProduceAsync(0, Values);
        await bench.DrainAsync(run: 1);
        File.Delete(bench.FullPath(Assert.Single(await bench.RowsAsync())));
        await bench.ExecuteAsync("update landing_file set cleaned_with = 'rules'");

        await bench.DrainAsync(run: 2);

        Assert.Empty(bench.Warnings);
    }

    [Fact]
    public async Task Run_RepairsAll_WhereverAnEarlierRepairDied()
    {
        await using var bench = await DrainBench.CreateAsync(partitions: 2, settings: ("Pipeline:MaxFileBytes", "300"));
        await bench.ProduceAsync(0, Values[..25]);
        await bench.ProduceAsync(1, [.. Values[..10], "dead"]);
        await bench.DrainAsync();
        var died = 0;
        for (var point = 1; ; point++, died++)
        {
            foreach (var row in await bench.RowsAsync())
            {
                Damage(bench, row, row.Partition == 0 ? "delete" : "cut");
            }

            var reached = 0;
            bench.OnStep = _ =>
            {
                if (++reached >= point)
                {
                    throw new InvalidTimeZoneException("died");
                }
            };
            var death = await Record.ExceptionAsync(() => bench.DrainAsync());
            bench.OnStep = static _ => { };
            await bench.DrainAsync();
            await bench.AssertEverythingLandedAsync();
            if (death is null)
            {
                break;
            }

            Assert.IsType<InvalidTimeZoneException>(death);
        }

        Assert.InRange(died, 10, 40);
    }

    [Fact]
    public async Task Run_RemovesWhatACrashLeft_OfFilesThatRetentionRemoved()
    {
        await using var bench = await DrainBench.CreateAsync(partitions: 1);
        await bench.ProduceAsync(0, [.. Values, "dead"]);
        await bench.DrainAsync(run: 1);
        await bench.ExecuteAsync("update landing_file set cleaned_with = 'rules', removed_at = utc_timestamp(6)");

        await bench.DrainAsync(run: 2);

        Assert.EndsWith(".dead.jsonl", Assert.Single(bench.FilesOnDisk()), StringComparison.Ordinal);
        Assert.Empty(bench.Warnings);
    }

    private static async Task MarkAsync(DrainBench bench) => await bench.Get<LandingAudit>().MarkAsync((await bench.QueryAsync<long>("select id from landing_file")).Single(), default);

    private static void Damage(DrainBench bench, DrainBench.Row row, string how)
    {
        var path = how.EndsWith("dead letters", StringComparison.Ordinal) ? LandingFileName.DeadLettersOf(bench.FullPath(row)) : bench.FullPath(row);
        switch (how.Split(' ')[0])
        {
            case "delete" when how == "delete all":
                Directory.Delete(Path.GetDirectoryName(Path.GetDirectoryName(path))!, recursive: true);
                break;
            case "delete":
                File.Delete(path);
                break;
            case "cut":
                using (var file = File.OpenWrite(path))
                {
                    file.SetLength(file.Length / 2);
                }

                break;
            case "grow":
                File.AppendAllText(path, "{}\n");
                break;
        }
    }
}
