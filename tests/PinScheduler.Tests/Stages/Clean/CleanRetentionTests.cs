using PinScheduler.Database;
using PinScheduler.Landing;
using PinScheduler.Stages;
using PinScheduler.Stages.Clean;

namespace PinScheduler.Tests.Stages.Clean;

public sealed class CleanRetentionTests
{
    private static readonly (string, string?) Days = ("Pipeline:LandingRetentionDays", "30");
    private static readonly (string, string?) Changed = ("Pipeline:Placeholders:country:0", "Aruba");

    [Fact]
    public async Task Run_RemovesOldFiles_ButOnlyCleanedOnes_AndKeepsTheirRows()
    {
        await using var bench = await CleanBench.CreateAsync(Days);
        var old = await bench.LandAsync(DataSet.Geo, 0, """{"ind":1}""");
        var young = await bench.LandAsync(DataSet.Geo, 0, """{"ind":2}""");
        var others = await bench.LandAsync(DataSet.Pin, 0, """{"index":1}""");
        await AgeAsync(bench, 31, old, others);
        await AgeAsync(bench, 29, young);

        await bench.CleanAsync(DataSet.Geo);

        Assert.Equal([(old, false), (young, true), (others, true)], await OnDiskAsync(bench));
        Assert.Equal([old], await bench.QueryAsync<long>("select id from landing_file where removed_at is not null and cleaned_with is not null"));
        Assert.Equal(new Counts(0, 0, 0, 0, 0), await bench.CleanAsync(DataSet.Geo, run: 2));
        await bench.CleanAsync(DataSet.Pin, run: 2);
        Assert.Equal([(old, false), (young, true), (others, false)], await OnDiskAsync(bench));
    }

    [Fact]
    public async Task Remove_LeavesWhatIsNotCleaned_HoweverOld()
    {
        await using var bench = await CleanBench.CreateAsync(Days);
        await AgeAsync(bench, 10_000, await bench.LandAsync(DataSet.Geo, 0, """{"ind":1}"""));
        var fence = (await StageContexts.CreateAsync(bench.Warehouse, "clean-geo")).Fence;

        Assert.Equal(0, await bench.Get<LandingRetention>().RemoveAsync("geo", fence, default));

        Assert.All(await OnDiskAsync(bench), file => Assert.True(file.OnDisk));
    }

    [Fact]
    public async Task Remove_IsUndone_WhenANewerAttemptHasTakenOver()
    {
        await using var bench = await CleanBench.CreateAsync(Days);
        await AgeAsync(bench, 31, await bench.LandAsync(DataSet.Geo, 0, """{"ind":1}"""));
        await bench.ExecuteAsync("update landing_file set cleaned_with = 'rules'");
        var late = (await StageContexts.CreateAsync(bench.Warehouse, "clean-geo")).Fence;
        await StageContexts.CreateAsync(bench.Warehouse, "clean-geo");

        await Assert.ThrowsAsync<FenceLostException>(() => bench.Get<LandingRetention>().RemoveAsync("geo", late, default));

        Assert.All(await OnDiskAsync(bench), file => Assert.True(file.OnDisk));
        Assert.Empty(await bench.QueryAsync<long>("select id from landing_file where removed_at is not null"));
    }

    [Fact]
    public async Task Run_RemovesNothing_UnlessAskedTo()
    {
        await using var bench = await CleanBench.CreateAsync();
        await AgeAsync(bench, 10_000, await bench.LandAsync(DataSet.Geo, 0, """{"ind":1}"""));

        await bench.CleanAsync(DataSet.Geo);

        Assert.All(await OnDiskAsync(bench), file => Assert.True(file.OnDisk));
    }

    [Fact]
    public async Task Run_RemovesNothing_WhileAnotherCleansAnew()
    {
        await using var bench = await CleanBench.CreateAsync(Days);
        await bench.LandAsync(DataSet.Geo, 0, """{"ind":1}""");
        await bench.CleanAsync(DataSet.Geo);
        await AgeAsync(bench, 31, 1);
        await using (await NamedLock.TryTakeAsync(bench.Warehouse, "clean:geo:rules", TimeSpan.Zero, TimeProvider.System, default))
        {
            await bench.CleanAsync(DataSet.Geo, run: 2);
            Assert.All(await OnDiskAsync(bench), file => Assert.True(file.OnDisk));
        }

        await bench.CleanAsync(DataSet.Geo, run: 3);
        Assert.All(await OnDiskAsync(bench), file => Assert.False(file.OnDisk));
    }

    [Fact]
    public async Task PruneLanding_RemovesWhatIsOldAndCleaned_OfEveryDataSet_AndNothingTheSecondTime()
    {
        await using var bench = await CleanBench.CreateAsync(Days);
        var (old, young) = (await bench.LandAsync(DataSet.Geo, 0, """{"ind":1}"""), await bench.LandAsync(DataSet.Geo, 0, """{"ind":2}"""));
        var (others, uncleaned, anew) = (await bench.LandAsync(DataSet.Pin, 0, """{"index":1}"""), await bench.LandAsync(DataSet.Pin, 0, """{"index":2}"""), await bench.LandAsync(DataSet.User, 0, """{"ind":1}"""));
        await bench.ExecuteAsync("update landing_file set cleaned_with = 'rules' where id <> @uncleaned", new { uncleaned });
        await AgeAsync(bench, 31, old, others, uncleaned, anew);
        await AgeAsync(bench, 29, young);
        var stage = new PruneLandingStage(bench.Warehouse, bench.Get<LandingRetention>(), TimeProvider.System);

        // a data set that is being cleaned anew needs its files
        await using (await NamedLock.TryTakeAsync(bench.Warehouse, "clean:user:rules", TimeSpan.Zero, TimeProvider.System, default))
        {
            Assert.Equal(2, await PruneAsync());
        }

        Assert.Equal([(old, false), (young, true), (others, false), (uncleaned, true), (anew, true)], await OnDiskAsync(bench));
        Assert.Equal(1, await PruneAsync());
        Assert.Equal(0, await PruneAsync());
        Assert.Equal([(old, false), (young, true), (others, false), (uncleaned, true), (anew, false)], await OnDiskAsync(bench));

        async Task<long> PruneAsync() => (await stage.RunAsync(await StageContexts.CreateAsync(bench.Warehouse, "prune-landing"), default)).Counts["files"];
    }

    [Fact]
    public async Task Run_CarriesRowsOver_WhenTheRulesChangeAfterRetention()
    {
        await using var before = await CleanBench.CreateAsync(Days);
        var old = await before.LandAsync(DataSet.Geo, 0, """{"ind":1,"country":"Aruba"}""", """{"ind":2,"country":"Malta"}""", "[]");
        await before.LandAsync(DataSet.Geo, 1, """{"ind":3,"country":"Aruba"}""");
        await AgeAsync(before, 31, old);
        await before.CleanAsync(DataSet.Geo, run: 1);
        await using var bench = before.Reconfigured(Days, Changed);

        Assert.Equal(new Counts(1, 1, 1, 0, 0), await bench.CleanAsync(DataSet.Geo, run: 2));

        Assert.Equal(["[1,\"Aruba\",null,null]", "[2,\"Malta\",null,null]", "[3,null,null,null]"], await bench.RowsAsync(DataSet.Geo));
        Assert.StartsWith("The rules for 'geo' have changed, and the landing files of 2 of its rows are gone", Assert.Single(bench.Warnings), StringComparison.Ordinal);
        Assert.Equal([old], await bench.QueryAsync<long>("select src from rejected_record"));
        Assert.Equal(new Counts(0, 0, 0, 0, 0), await bench.CleanAsync(DataSet.Geo, run: 3));
        await using var back = bench.Reconfigured(Days);
        await back.CleanAsync(DataSet.Geo, run: 4);
        Assert.Equal(["[1,\"Aruba\",null,null]", "[2,\"Malta\",null,null]", "[3,\"Aruba\",null,null]"], await back.RowsAsync(DataSet.Geo));
    }

    private static Task AgeAsync(CleanBench bench, int days, params long[] files) =>
        bench.ExecuteAsync("update landing_file set created_at = utc_timestamp(6) - interval @days day where id in @files", new { days, files });

    private static async Task<List<(long Id, bool OnDisk)>> OnDiskAsync(CleanBench bench) =>
        [.. (await bench.QueryAsync<(long Id, string Path)>("select id, path from landing_file order by id")).Select(file => (file.Id, File.Exists(bench.Folder.FullPath(file.Path))))];
}
