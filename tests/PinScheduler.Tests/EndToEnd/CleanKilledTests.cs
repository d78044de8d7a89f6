using MySqlConnector;
using PinScheduler.Stages;
using PinScheduler.Tests.Stages.Clean;

namespace PinScheduler.Tests.EndToEnd;

public sealed class CleanKilledTests
{
    private const int Posts = 60_000;
    private const int Barrier = 20_000;

    [Fact]
    public async Task Run_GivesEachRecordOnce_WhenTheServerIsKilledInTheMiddleOfALoad()
    {
        await using var scheduler = await SchedulerProcess.StartAsync("clean_killed");
        await using var bench = await CleanBench.CreateAsync(scheduler.ConnectionString);
        Directory.CreateSymbolicLink(bench.Folder.Root, Path.Combine(scheduler.Data, "landing"));
        // the table takes its rules' mark, which would wait for the barrier
        await bench.CleanAsync(DataSet.Geo, run: 1000);
        // three files of two partitions, one batch; each has rows of another, and one rejected record
        await bench.LandAsync(DataSet.Geo, 0, [.. Geo(0, Posts / 2), "{}"]);
        await bench.LandAsync(DataSet.Geo, 0, [.. Geo(Posts / 4, Posts / 4 * 3), "{}"]);
        await bench.LandAsync(DataSet.Geo, 1, [.. Geo(Posts / 2, Posts), "{}"]);

        string run;
        await using (var barrier = new MySqlConnection(scheduler.ConnectionString))
        {
            // nothing gets in behind a row that is itself never committed: the load stops in the middle of its statement
            await barrier.OpenAsync();
            await using var held = await barrier.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead);
            foreach (var sql in new[] { $"insert into clean_geo (ind, h, src) values ({Barrier}, repeat(x'ff', 16), 0)", $"select ind from clean_geo where ind = {Barrier + 1} for update" })
            {
                await using var command = new MySqlCommand(sql, barrier, held);
                await command.ExecuteNonQueryAsync();
            }

            run = await scheduler.TriggerAsync();
            await scheduler.UntilAsync(run, _ => LoadWaits());
            Assert.Equal(["0"], await scheduler.QueryAsync("select count(*) from clean_geo"));
            scheduler.KillServer();
        }

        await scheduler.StartAsync();
        await scheduler.SucceedAsync(run);

        var expected = Enumerable.Range(0, Posts).Select(ind => $"[{ind},\"{Country(ind)}\",null,null]").Order(StringComparer.Ordinal);
        Assert.Equal(expected, await bench.RowsAsync(DataSet.Geo));
        Assert.Equal([(3L, (Posts / 2 * 3) + 3L, Posts, Posts / 2, 3L)], await bench.QueryAsync<(long, long, long, long, long)>(
            "select count(*), cast(sum(records) as signed), cast(sum(accepted) as signed), cast(sum(duplicates) as signed), (select count(*) from rejected_record) from cleaned_file where data_set = 'geo'"));

        bool LoadWaits()
        {
            using var connection = new MySqlConnection(scheduler.ConnectionString);
            connection.Open();
            using var command = new MySqlCommand(
                $"""
                select count(*) from information_schema.innodb_trx t join information_schema.processlist p on p.id = t.trx_mysql_thread_id
                where p.db = database() and p.info like 'load data%clean_geo%' and t.trx_state = 'LOCK WAIT' and t.trx_rows_modified >= {Barrier}
                """, connection);
            return (long)command.ExecuteScalar()! > 0;
        }
    }

    private static IEnumerable<string> Geo(int from, int to) => Enumerable.Range(from, to - from).Select(ind => $$"""{"ind":{{ind}},"country":"{{Country(ind)}}"}""");

    private static string Country(int ind) => $"Country {ind % 200}";
}
