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

    [Fact]
    public async Task Start_IsRefused_WhenTheFolderIsAnothers()
    {
        await using var owner = await DrainBench.CreateAsync();
        await owner.ProduceAsync(0, "{}");
        await owner.DrainAsync();
        await using var stranger = owner.Beside(MariaDb.CreateDatabase("drain"));
        await new SchemaInstaller(stranger.Warehouse, new SqlFolder(Path.Combine(MariaDb.Root, "sql")), TimeProvider.System).InstallAsync(default);

        Assert.Null(await CheckAsync(owner, owner.LandingRoot));
        Assert.Contains("belongs to another database", (await Assert.ThrowsAsync<InvalidOperationException>(() => CheckAsync(stranger, owner.LandingRoot))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_Warns_WhenTheFolderIsEmptyAndTheLedgerIsNot()
    {
        await using var bench = await DrainBench.CreateAsync();
        var empty = Directory.CreateTempSubdirectory("pinscheduler-empty-").FullName;
        Assert.Null(await CheckAsync(bench, empty));
        await bench.ProduceAsync(0, "{}");
        await bench.DrainAsync();

        Assert.StartsWith($"The landing folder '{empty}' is empty, and this database has 1 landing files on record", await CheckAsync(bench, empty), StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(empty));
        Directory.Delete(empty);
    }

    [Fact]
    public async Task Start_IsRefused_WhenTheFolderCannotBeMade()
    {
        await using var bench = await DrainBench.CreateAsync();
        var file = Path.GetTempFileName();

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => CheckAsync(bench, Path.Combine(file, "landing")));

        Assert.StartsWith($"The landing folder '{file}/landing' cannot be written: ", refused.Message, StringComparison.Ordinal);
        File.Delete(file);
    }

    private static async Task<string?> CheckAsync(DrainBench bench, string folder)
    {
        await using var connection = await bench.Warehouse.OpenAsync(default);
        return await new LandingOwner(new LandingFolder(folder)).CheckAsync(connection, default);
    }

    private static string Mark(DrainBench bench) => Path.Combine(bench.LandingRoot, LandingOwner.MarkFile);
}
