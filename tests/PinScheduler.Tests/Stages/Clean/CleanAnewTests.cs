using PinScheduler.Stages;

namespace PinScheduler.Tests.Stages.Clean;

public sealed class CleanAnewTests
{
    private static readonly (string, string?) Changed = ("Pipeline:Placeholders:country:0", "Aruba");

    [Fact]
    public async Task Run_CleansTheWholeDataSetAnew_WhenTheRulesHaveChanged()
    {
        await using var old = await CleanBench.CreateAsync();
        await old.LandAsync(DataSet.Geo, 0, """{"ind":1,"country":"Aruba"}""", """{"ind":1}""", "{}");
        await old.LandAsync(DataSet.Geo, 1, """{"ind":2,"country":"Malta"}""", "[]");
        await old.LandAsync(DataSet.User, 0, """{"ind":1}""");
        Assert.Equal(new Counts(2, 5, 3, 0, 2), await old.CleanAsync(DataSet.Geo, run: 1));
        await old.CleanAsync(DataSet.User, run: 1);
        await using var bench = old.Reconfigured(Changed);
        await bench.LandAsync(DataSet.Geo, 0, """{"ind":3}""");

        Assert.Equal(new Counts(3, 6, 3, 1, 2), await bench.CleanAsync(DataSet.Geo, run: 2));

        Assert.Equal(["[1,null,null,null]", "[2,\"Malta\",null,null]", "[3,null,null,null]"], await bench.RowsAsync(DataSet.Geo));
        await AssertTidyAsync(bench, DataSet.Geo);
        Assert.Empty(bench.Warnings);
        Assert.Equal(new Counts(0, 0, 0, 0, 0), await bench.CleanAsync(DataSet.Geo, run: 3));
        Assert.Equal(new Counts(0, 0, 0, 0, 0), await bench.CleanAsync(DataSet.User, run: 3));
        Assert.Equal(2, (await bench.QueryAsync<long>("select src from rejected_record")).Count);
    }

    [Fact]
    public async Task Run_CarriesRowsOver_WhenTheirFilesAreGone_AndSaysHowMany()
    {
        await using var old = await CleanBench.CreateAsync();
        var gone = await old.LandAsync(DataSet.Geo, 0, """{"ind":1,"country":"Aruba"}""", """{"ind":2,"country":"Aruba"}""", """{"ind":3,"country":"Malta"}""", "[]");
        await old.LandAsync(DataSet.Geo, 0, """{"ind":2,"country":"Aruba"}""", """{"ind":3,"country":"Malta"}""", """{"ind":4,"country":"Aruba"}""");
        await old.CleanAsync(DataSet.Geo, run: 1);
        File.Delete(old.Folder.FullPath((await old.QueryAsync<string>("select path from landing_file where id = @gone", new { gone })).Single()));
        await old.ExecuteAsync("delete from landing_file where id = @gone", new { gone });
        await using var bench = old.Reconfigured(Changed);

        Assert.Equal(new Counts(1, 3, 3, 0, 0), await bench.CleanAsync(DataSet.Geo, run: 2));

        // 3 is in the file that is left; what old rules made of 1 and 2 cannot be told from what the file that is gone held
        Assert.Equal(["[1,\"Aruba\",null,null]", "[2,\"Aruba\",null,null]", "[2,null,null,null]", "[3,\"Malta\",null,null]", "[4,null,null,null]"], await bench.RowsAsync(DataSet.Geo));
        Assert.StartsWith("The rules for 'geo' have changed, and the landing files of 2 of its rows are gone", Assert.Single(bench.Warnings), StringComparison.Ordinal);
        Assert.Equal([gone], await bench.QueryAsync<long>("select src from rejected_record"));
        await AssertTidyAsync(bench, DataSet.Geo);
    }

    [Fact]
    public async Task Run_EndsWithOneSetOfRules_WhenItDiedBeforeAnyStatementOfAChange()
    {
        await using var one = await CleanBench.CreateAsync();
        var gone = await one.LandAsync(DataSet.Geo, 2, """{"ind":9,"country":"Malta"}""");
        await one.LandAsync(DataSet.Geo, 0, """{"ind":1,"country":"Aruba"}""", "{}", """{"ind":1}""");
        await one.LandAsync(DataSet.Geo, 1, """{"ind":2,"country":"Aruba"}""", """{"ind":2,"country":"Aruba"}""");
        await one.CleanAsync(DataSet.Geo, run: 1000);
        await one.ExecuteAsync("delete from landing_file where id = @gone", new { gone });
        await using var other = one.Reconfigured(Changed);
        var live = one;
        var died = true;
        for (var statement = 1; died; statement++)
        {
            // either the change is finished after all, or its rules are taken back before it is
            foreach (var finish in statement % 3 == 0 ? new[] { true, false } : [true])
            {
                var changed = live == one ? other : one;
                died = await changed.CleanUntilAsync(statement, DataSet.Geo, run: statement);
                live = finish ? changed : live;

                var counts = await live.CleanAsync(DataSet.Geo, run: statement);

                Assert.Equal(
                    live == one
                        ? ["[1,\"Aruba\",null,null]", "[1,null,null,null]", "[2,\"Aruba\",null,null]", "[9,\"Malta\",null,null]"]
                        : ["[1,null,null,null]", "[2,null,null,null]", "[9,\"Malta\",null,null]"],
                    await live.RowsAsync(DataSet.Geo));
                await AssertTidyAsync(live, DataSet.Geo);
                Assert.Equal(counts.Read, counts.Accepted + counts.Duplicates + counts.Rejected);
                Assert.True(died || statement > 50, $"{statement} statements: they are not seen as they come");
            }
        }
    }

    // the books, the landing files and the tables tell the same, and nothing is left over
    private static async Task AssertTidyAsync(CleanBench bench, DataSet dataSet)
    {
        Assert.Equal([dataSet.FactTable], await bench.QueryAsync<string>($"select table_name from information_schema.tables where table_schema = database() and table_name like '{dataSet.FactTable}%'"));
        var rules = TableMaking.Parse((await bench.QueryAsync<string>("select table_comment from information_schema.tables where table_schema = database() and table_name = @CleanTable", dataSet)).Single()).Rules;
        Assert.Equal([dataSet.CleanTable], await bench.QueryAsync<string>($"select table_name from information_schema.tables where table_schema = database() and table_name like '{dataSet.CleanTable}%'"));
        Assert.Equal([rules], await bench.QueryAsync<string>("select distinct cleaned_with from landing_file where data_set = @Key", dataSet));
        Assert.Equal(
            await bench.QueryAsync<long>("select id from landing_file where data_set = @Key order by id", dataSet),
            await bench.QueryAsync<long>("select c.landing_file from cleaned_file c join landing_file f on f.id = c.landing_file where c.data_set = @Key order by c.landing_file", dataSet));
        Assert.Equal([rules], await bench.QueryAsync<string>("select distinct c.rules from cleaned_file c join landing_file f on f.id = c.landing_file where c.data_set = @Key", dataSet));
        Assert.Empty(await bench.QueryAsync<long>("select r.src from rejected_record r join landing_file f on f.id = r.src where r.data_set = @Key and r.rules <> @rules", new { dataSet.Key, rules }));
        Assert.Equal(
            await bench.QueryAsync<long>("select coalesce(cast(sum(c.rejected) as signed), 0) from cleaned_file c join landing_file f on f.id = c.landing_file where c.data_set = @Key", dataSet),
            await bench.QueryAsync<long>("select count(*) from rejected_record r join landing_file f on f.id = r.src where r.data_set = @Key", dataSet));
    }
}
