using PinScheduler.Landing;
using PinScheduler.Database;
using PinScheduler.Hosting;
using PinScheduler.Stages;
using PinScheduler.Tests.Stages.Drain;

namespace PinScheduler.Tests.Landing;

/// <summary>A landing folder belongs to one database: what another knows nothing of would be removed as nobody's.</summary>
public class LandingOwnerTests
{
    [Theory]
    [InlineData(false, "belongs to another database")]
    [InlineData(true, "knows nothing of them")]
    public async Task Drain_TouchesNothing_WhenTheFolderIsAnothers(bool markLost, string expected)
    {
        await using var owner = await DrainBench.CreateAsync();
        await owner.ProduceAsync(0, "{}", "{\"a\":1}");
        await owner.DrainAsync();
        if (markLost)
        {
            File.Delete(Mark(owner));
        }

        await using var stranger = owner.Beside(MariaDb.CreateDatabase("drain"));
        await new SchemaInstaller(stranger.Warehouse, new SqlFolder(Path.Combine(MariaDb.Root, "sql")), TimeProvider.System).InstallAsync(default);

        var failed = await Assert.ThrowsAsync<StageFailedException>(() => stranger.DrainAsync());

        Assert.False(failed.Retry);
        Assert.Contains(expected, failed.Message, StringComparison.Ordinal);
        Assert.Contains($"'{owner.LandingRoot}'", failed.Message, StringComparison.Ordinal);
        Assert.Empty(await stranger.RowsAsync());
        await owner.DrainAsync(run: 2);
        await owner.AssertEverythingLandedAsync();
    }

    [Fact]
    public async Task Drain_MarksItsFolder_WhenTheMarkIsMissing()
    {
        await using var bench = await DrainBench.CreateAsync();
        await bench.ProduceAsync(0, "{}");
        await bench.DrainAsync();
        var mark = await File.ReadAllTextAsync(Mark(bench));
        File.Delete(Mark(bench));
        await bench.ProduceAsync(0, "{\"a\":1}");

        await bench.DrainAsync(run: 2);

        Assert.Equal(mark, await File.ReadAllTextAsync(Mark(bench)));
        Assert.Equal([mark.Trim()], await bench.QueryAsync<string>("select id from installation"));
        await bench.AssertEverythingLandedAsync();
    }

    private static string Mark(DrainBench bench) => Path.Combine(bench.LandingRoot, LandingOwner.MarkFile);
}
