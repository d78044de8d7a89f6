using Dapper;
using PinScheduler.Database;
using PinScheduler.Landing;
using PinScheduler.Stages;

namespace PinScheduler.Tests.Stages.Drain;

/// <summary>Dying, failing and coming late: whatever happens, the next drain leaves every offset in exactly one recorded file.</summary>
public class DrainCrashTests
{
    private static readonly string[] First = [.. Enumerable.Range(0, 60).Select(number => $"{{\"index\":{number}}}")];
    private static readonly string[] Second = [.. Enumerable.Range(60, 25).Select(number => $"{{\"index\":{number}}}")];

    [Theory]
    [InlineData("none")]
    [InlineData("gzip")]
    public async Task Run_LandsEachOffsetOnce_WhereverAnEarlierOneDied(string compression)
    {
        await using var bench = await DrainBench.CreateAsync(partitions: 2, settings: [("Pipeline:MaxFileBytes", "300"), ("Pipeline:LandingCompression", compression)]);
        var died = 0;
        for (var point = 1; ; point++, died++)
        {
            await bench.ProduceAsync(0, First);
            await bench.ProduceAsync(1, "dead");
            await bench.ProduceAsync(1, Second);
            if (!await DiesAtAsync(bench, point))
            {
                break;
            }

            await bench.DrainAsync(run: 1);
            await bench.AssertEverythingLandedAsync();
        }

        // each file: writing, written, flushed, renamed, its folder flushed, committed; and claim and group
        Assert.InRange(died, 25, 75);
        await bench.AssertEverythingLandedAsync();
    }

    [Fact]
    public async Task Run_LandsEachOffsetOnce_WhenItDiesOverAndOver()
    {
        await using var bench = await DrainBench.CreateAsync(partitions: 3, settings: ("Pipeline:MaxFileBytes", "300"));
        var random = new Random(4);
        for (var round = 0; round < 30; round++)
        {
            await bench.ProduceAsync(round % 3, First[..random.Next(1, 60)]);
            await DiesAtAsync(bench, random.Next(1, 25));
        }

        await bench.DrainAsync();
        await bench.AssertEverythingLandedAsync();
    }

    [Theory]
    [InlineData("Writing")]
    [InlineData("Written")]
    [InlineData("Flushed")]
    [InlineData("Renamed")]
    public async Task Run_LeavesNothingUnfinished_WhenTheDiskIsFull(string step)
    {
        await using var bench = await DrainBench.CreateAsync();
        await bench.ProduceAsync(0, First);
        bench.OnStep = at =>
        {
            if (at.ToString() == step)
            {
                throw new IOException("No space left on device");
            }
        };

        var failed = await Assert.ThrowsAsync<StageFailedException>(() => bench.DrainAsync());

        Assert.True(failed.Retry);
        Assert.Contains("No space left on device", failed.Message, StringComparison.Ordinal);
        Assert.Empty(await bench.RowsAsync());
        Assert.DoesNotContain(bench.FilesOnDisk(), file => file.EndsWith(".tmp", StringComparison.Ordinal));
        bench.OnStep = static _ => { };
        await bench.DrainAsync();
        await bench.AssertEverythingLandedAsync();
    }

    [Fact]
    public async Task Run_GoesOn_WhicheverWriteFailedBefore()
    {
        await using var bench = await DrainBench.CreateAsync(partitions: 2, settings: ("Pipeline:MaxFileBytes", "300"));
        var failed = true;
        for (var point = 1; failed; point++)
        {
            await bench.ProduceAsync(0, First);
            await bench.ProduceAsync(1, "dead");
            var writes = 0;
            bench.OnStep = step =>
            {
                if (step is LandingStep.Writing or LandingStep.Written or LandingStep.Flushed or LandingStep.Renamed or LandingStep.FolderFlushed && ++writes == point)
                {
                    throw new IOException("No space left on device");
                }
            };

            failed = await Record.ExceptionAsync(() => bench.DrainAsync()) is StageFailedException { Retry: true };

            Assert.Equal(failed, writes >= point);
            Assert.DoesNotContain(bench.FilesOnDisk(), file => file.EndsWith(".tmp", StringComparison.Ordinal));
        }

        await bench.AssertEverythingLandedAsync();
    }

    [TmpfsFact]
    public async Task Run_GoesOnWhereItStopped_WhenAFullDiskHasRoomAgain()
    {
        using var disk = new Tmpfs("512k");
        await using var bench = await DrainBench.CreateAsync(partitions: 2, settings: [("Pipeline:MaxFileBytes", "100000"), ("Pipeline:LandingDirectory", Path.Combine(disk.Path, "landing"))]);
        string[] large = [.. Enumerable.Range(0, 40).Select(number => $"{{\"index\":{number},\"title\":\"{new string('x', 20_000)}\"}}")];
        await bench.ProduceAsync(0, large);
        await bench.ProduceAsync(1, large);

        var failed = await Assert.ThrowsAsync<StageFailedException>(() => bench.DrainAsync());

        Assert.True(failed.Retry);
        Assert.Contains("No space left on device", failed.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(bench.FilesOnDisk(), file => file.EndsWith(".tmp", StringComparison.Ordinal));
        Assert.NotEmpty(await bench.RowsAsync());
        disk.Resize("16m");
        await bench.DrainAsync(attempt: 2);
        await bench.AssertEverythingLandedAsync();
    }

    [Fact]
    public async Task Run_SaysWhatToDo_WhenTheFolderCannotBeWritten()
    {
        await using var bench = await DrainBench.CreateAsync();
        await bench.ProduceAsync(0, First);
        await File.WriteAllTextAsync(bench.LandingRoot, "a file where the folder should be");

        var failed = await Assert.ThrowsAsync<StageFailedException>(() => bench.DrainAsync());

        Assert.Contains(bench.LandingRoot, failed.Message, StringComparison.Ordinal);
        File.Delete(bench.LandingRoot);
        await bench.DrainAsync();
        await bench.AssertEverythingLandedAsync();
    }

    [Fact]
    public async Task Run_RecordsNothing_WhenANewerAttemptHasTheFence()
    {
        await using var bench = await DrainBench.CreateAsync();
        await bench.ProduceAsync(0, First);
        var late = await bench.TakeFenceAsync();
        Fence? newer = null;
        bench.OnStep = step =>
        {
            if (step == LandingStep.FolderFlushed)
            {
                newer ??= Wait(bench.TakeFenceAsync());
            }
        };

        await Assert.ThrowsAsync<FenceLostException>(() => bench.DrainAsync(fence: late));

        Assert.Empty(await bench.RowsAsync());
        await Assert.ThrowsAsync<FenceLostException>(() => bench.DrainAsync(fence: late));
        await bench.DrainAsync(fence: newer);
        await bench.AssertEverythingLandedAsync();
    }

    [Fact]
    public async Task Run_RecordsNothing_WhenItsLocksWereLostAndAnotherDrained()
    {
        await using var bench = await DrainBench.CreateAsync(partitions: 1);
        await bench.ProduceAsync(0, First);
        var locks = 0;
        bench.OnStep = step =>
        {
            if (step == LandingStep.FolderFlushed && locks++ == 0)
            {
                Wait(KillLockHolderAsync(bench));
                Wait(bench.DrainAsync(run: 2));
            }
        };

        var failed = await Assert.ThrowsAsync<StageFailedException>(() => bench.DrainAsync(run: 1));

        Assert.IsType<PartitionTakenException>(failed.InnerException);
        Assert.Equal(2, Assert.Single(await bench.RowsAsync()).Run);
        await bench.AssertEverythingLandedAsync();
    }

    [Fact]
    public async Task Run_LandsEachOffsetOnce_WhenTwoDrainAtOnce()
    {
        await using var bench = await DrainBench.CreateAsync(settings: ("Pipeline:MaxFileBytes", "500"));
        await bench.ProduceAsync(0, First);
        await bench.ProduceAsync(2, First);

        var results = await Task.WhenAll(Enumerable.Range(1, 4).Select(run => bench.DrainAsync(run)));

        Assert.Equal(120, results.Sum(result => result.Counts["records"]));
        await bench.AssertEverythingLandedAsync();
    }

    [Fact]
    public async Task Run_KeepsWhatIsRecordedAndTidiesTheRest_WhenCancelled()
    {
        await using var bench = await DrainBench.CreateAsync(partitions: 1, settings: ("Pipeline:MaxFileBytes", "300"));
        await bench.ProduceAsync(0, First);
        using var cancel = new CancellationTokenSource();
        bench.OnStep = step =>
        {
            if (step == LandingStep.AfterCommit)
            {
                cancel.Cancel();
            }
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => bench.DrainAsync(cancellationToken: cancel.Token));

        Assert.Equal(Assert.Single(await bench.RowsAsync()).Path, Assert.Single(bench.FilesOnDisk()));
        bench.OnStep = static _ => { };
        await bench.DrainAsync();
        await bench.AssertEverythingLandedAsync();
    }

    [Fact]
    public async Task Run_LeavesOthersFilesAlone_WhenItRemovesStrays()
    {
        await using var bench = await DrainBench.CreateAsync();
        await bench.ProduceAsync(0, First);
        await bench.DrainAsync();
        var day = Path.Combine(bench.LandingRoot, bench.Topic, DrainBench.Day);
        string[] strays = [$"{bench.Topic}+0+00000000000000000007.json", $"{bench.Topic}+0+00000000000000000007.dead.jsonl", $"{bench.Topic}+1+00000000000000000000.json.3.tmp", $"{bench.Topic}+0+00000000000000000000.json.9.tmp"];
        string[] kept = ["notes.txt", $"{bench.Topic}@7+0+00000000000000000000.json", $"{bench.Topic}+9+00000000000000000000.json"];
        foreach (var name in strays.Concat(kept))
        {
            await File.WriteAllTextAsync(Path.Combine(day, name), "?");
        }

        await bench.DrainAsync(run: 2);

        Assert.Equal(
            kept.Append($"{bench.Topic}+0+00000000000000000000.json").Order(StringComparer.Ordinal),
            bench.FilesOnDisk().Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    // false: the drain came to its end before that many steps
    private static async Task<bool> DiesAtAsync(DrainBench bench, int point)
    {
        var reached = 0;
        bench.OnStep = _ =>
        {
            // once dead, it does nothing any more: tidying included
            if (++reached >= point)
            {
                throw new DiedException();
            }
        };
        try
        {
            await bench.DrainAsync();
            return false;
        }
        catch (DiedException)
        {
            return true;
        }
        finally
        {
            bench.OnStep = static _ => { };
        }
    }

    private static async Task KillLockHolderAsync(DrainBench bench)
    {
        var holders = await bench.QueryAsync<long>("select id from information_schema.processlist where db = @db and command = 'Sleep' and id <> connection_id()", new { db = bench.Warehouse.DatabaseName });
        await using var connection = await bench.Warehouse.OpenAsync(default);
        foreach (var holder in holders.Where(holder => holder != connection.ServerThread))
        {
            await connection.ExecuteAsync($"kill {holder}");
        }
    }

    private static T Wait<T>(Task<T> task) => task.GetAwaiter().GetResult();

    private static void Wait(Task task) => task.GetAwaiter().GetResult();

    private sealed class DiedException : Exception;
}
