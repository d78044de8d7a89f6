using Dapper;
using MySqlConnector;
using PinScheduler.Database;
using PinScheduler.Stages;

namespace PinScheduler.Tests.Stages.Clean;

public sealed class CleanCrashTests
{
    [Fact]
    public async Task Run_GivesEachRecordOnce_WhenItDiedBeforeAnyOfItsStatements()
    {
        await using var bench = await CleanBench.CreateAsync();
        var expected = new List<string>();
        for (var statement = 1; ; statement++)
        {
            await bench.LandAsync(DataSet.Geo, 0, Aruba(statement), "{}", Aruba(statement));
            await bench.LandAsync(DataSet.Geo, 0, Aruba(statement), "{}", Aruba(1));
            await bench.LandAsync(DataSet.Geo, 1, "[]");
            var crash = await bench.CleanUntilAsync(statement, DataSet.Geo, run: statement);

            var counts = await bench.CleanAsync(DataSet.Geo, run: statement);

            expected.Add($"[{statement},\"Aruba\",null,null]");
            Assert.Equal(new Counts(3, 7, 1, 3, 3), counts with { Accepted = 1, Duplicates = 3 });
            Assert.Equal(4, counts.Accepted + counts.Duplicates);
            Assert.Equal(expected.Order(StringComparer.Ordinal), await bench.RowsAsync(DataSet.Geo));
            Assert.Equal([(3L * statement, 3L * statement)], await bench.QueryAsync<(long, long)>("select count(*), (select count(*) from rejected_record) from cleaned_file where rules = (select max(cleaned_with) from landing_file)"));
            if (!crash)
            {
                Assert.True(statement > 20, "statements are not seen any more");
                return;
            }
        }
    }

    [Fact]
    public async Task Run_KeepsNothingOfAFile_WhenItsConnectionIsKilledBetweenLoadAndCommit()
    {
        await using var bench = await CleanBench.CreateAsync();
        var records = GoldenFiles.Records("dirty", DataSet.Pin);
        await bench.LandAsync(DataSet.Pin, 0, records);
        var context = await StageContexts.CreateAsync(bench.Warehouse, "clean-pin");
        Task<Counts> attempt;
        await using (var blocker = await bench.Warehouse.OpenAsync(default))
        {
            var reached = new TaskCompletionSource();
            await using var held = await blocker.BeginTransactionAsync();
            attempt = bench.CleanAsync(DataSet.Pin, context with
            {
                Report = (done, _, _) =>
                {
                    if (done == records.Count)
                    {
                        blocker.Execute("select number from task_fence where name = @Name for update", context.Fence, held);
                        reached.TrySetResult();
                    }
                },
            });
            await reached.Task.WaitAsync(TimeSpan.FromSeconds(30));
            var thread = await UntilAsync(async () => (await bench.QueryAsync<long?>("select id from information_schema.processlist where db = database() and info like '%lock in share mode%' and info not like '%processlist%'")).SingleOrDefault());
            await bench.ExecuteAsync($"kill {thread}");
            await Assert.ThrowsAnyAsync<MySqlException>(() => attempt);
        }

        Assert.Empty(await bench.RowsAsync(DataSet.Pin));
        Assert.Empty(await bench.QueryAsync<long>("select src from rejected_record union all select landing_file from cleaned_file"));

        await bench.CleanAsync(DataSet.Pin);
        Assert.Equal(GoldenFiles.Rows("dirty", DataSet.Pin), await bench.RowsAsync(DataSet.Pin));
    }

    [Fact]
    public async Task Run_CommitsNothing_WhenANewerAttemptHasTakenOver()
    {
        await using var bench = await CleanBench.CreateAsync();
        await bench.LandAsync(DataSet.User, 0, """{"ind":1,"age":30}""", """{"ind":1,"age":30.0}""");
        using var loading = new SemaphoreSlim(0);
        using var goOn = new SemaphoreSlim(0);
        var late = Task.Run(() => bench.CleanAsync(DataSet.User, report: (_, _, _) =>
        {
            loading.Release();
            goOn.Wait(TimeSpan.FromSeconds(30));
        }));
        Assert.True(await loading.WaitAsync(TimeSpan.FromSeconds(30)));

        var newer = await StageContexts.CreateAsync(bench.Warehouse, "clean-user");
        var attempt = Task.Run(() => bench.CleanAsync(DataSet.User, newer));
        goOn.Release(10);

        await Assert.ThrowsAsync<FenceLostException>(() => late);
        Assert.Equal(new Counts(1, 2, 1, 1, 0), await attempt);
    }

    [Fact]
    public async Task Run_CountsWhatItsEarlierAttemptHasCleaned()
    {
        await using var bench = await CleanBench.CreateAsync(("Pipeline:CleanConnections", "1"));
        await bench.LandAsync(DataSet.Geo, 0, """{"ind":1}""", """{"ind":1}""", "{}");
        await bench.LandAsync(DataSet.Geo, 1, """{"ind":2}""");
        var missing = bench.Folder.FullPath((await bench.QueryAsync<string>("select path from landing_file order by id")).Last());
        File.Move(missing, missing + ".away");
        await Assert.ThrowsAsync<StageFailedException>(() => bench.CleanAsync(DataSet.Geo, run: 5));
        Assert.Single(await bench.RowsAsync(DataSet.Geo));

        File.Move(missing + ".away", missing);
        Assert.Equal(new Counts(2, 4, 2, 1, 1), await bench.CleanAsync(DataSet.Geo, run: 5));
        Assert.Equal(new Counts(0, 0, 0, 0, 0), await bench.CleanAsync(DataSet.Geo, run: 6));
    }

    [Fact]
    public async Task Runs_CleanEachFileOnce_WhenTwoServersCleanTheSameDataSet()
    {
        await using var bench = await CleanBench.CreateAsync();
        var records = GoldenFiles.Records("dirty", DataSet.Geo).ToArray();
        var random = new Random(5);
        for (var file = 0; file < 12; file++)
        {
            random.Shuffle(records);
            await bench.LandAsync(DataSet.Geo, file % 3, records.Where((_, at) => at % 4 != file / 3).ToArray());
        }

        await using var other = bench.Reconfigured();
        var counts = await Task.WhenAll(
            Task.Run(() => bench.CleanAsync(DataSet.Geo, run: 1)),
            Task.Run(() => other.CleanAsync(DataSet.Geo, run: 2)),
            Task.Run(() => bench.CleanAsync(DataSet.Geo, run: 3)));

        Assert.Equal(GoldenFiles.Rows("dirty", DataSet.Geo), await bench.RowsAsync(DataSet.Geo));
        Assert.Equal((12, GoldenFiles.Rows("dirty", DataSet.Geo).Count), (counts.Sum(one => one.Files), counts.Sum(one => one.Accepted)));
        Assert.Equal([12L], await bench.QueryAsync<long>("select count(*) from landing_file f join cleaned_file c on c.landing_file = f.id and c.rules = f.cleaned_with and c.records = f.records"));
    }

    private static string Aruba(int index) => $$"""{"ind":{{index}},"country":"Aruba"}""";

    private static async Task<long> UntilAsync(Func<Task<long?>> find)
    {
        for (var patience = TimeProvider.System.GetTimestamp(); TimeProvider.System.GetElapsedTime(patience) < TimeSpan.FromSeconds(30); await Task.Delay(10))
        {
            if (await find() is { } found)
            {
                return found;
            }
        }

        throw new TimeoutException("No statement waits for the fence.");
    }
}
