using PinScheduler.Stages;
using PinScheduler.Stages.Clean;

namespace PinScheduler.Tests.Stages.Clean;

public sealed class CleanStageTests
{
    [Theory]
    [InlineData("plain", "pin")]
    [InlineData("plain", "geo")]
    [InlineData("plain", "user")]
    [InlineData("dirty", "pin")]
    [InlineData("dirty", "geo")]
    [InlineData("dirty", "user")]
    public async Task Run_GivesTheGoldenRowsAndRejects(string set, string key)
    {
        var dataSet = DataSet.All.Single(one => one.Key == key);
        await using var bench = await CleanBench.CreateAsync();
        var records = GoldenFiles.Records(set, dataSet);
        var file = await bench.LandAsync(dataSet, 0, records);
        var rejected = GoldenFiles.Rejected(set, dataSet);
        var rows = GoldenFiles.Rows(set, dataSet);

        var counts = await bench.CleanAsync(dataSet);

        Assert.Equal(new Counts(1, records.Count, rows.Count, records.Count - rows.Count - rejected.Count, rejected.Count), counts);
        Assert.Equal(rows, await bench.RowsAsync(dataSet));
        Assert.Equal(rejected, (await bench.QueryAsync<string>("select raw from rejected_record")).Order(StringComparer.Ordinal));
        var rejects = await bench.QueryAsync<(string DataSet, long Source, long Line, string Raw)>("select data_set, src, line, raw from rejected_record");
        Assert.All(rejects, reject => Assert.Equal((key, file, reject.Line, records[(int)reject.Line - 1]), reject));
        Assert.Equal([file], await bench.QueryAsync<long>("select id from landing_file f join cleaned_file c on c.landing_file = f.id and c.rules = f.cleaned_with"));
        Assert.Equal(counts with { Files = 0, Read = 0, Accepted = 0, Duplicates = 0, Rejected = 0 }, await bench.CleanAsync(dataSet, run: 2));
    }

    [Theory]
    [InlineData("pin")]
    [InlineData("geo")]
    [InlineData("user")]
    public async Task Runs_GiveTheSame_WhenRecordsAreSplitOverFilesPartitionsAndNights_AndComeAgain(string key)
    {
        var dataSet = DataSet.All.Single(one => one.Key == key);
        await using var bench = await CleanBench.CreateAsync();
        var records = GoldenFiles.Records("dirty", dataSet).ToArray();
        var random = new Random(11);
        long read = 0, accepted = 0;
        for (var night = 1; night <= 3; night++)
        {
            for (var file = 0; file < 9; file++)
            {
                var part = records.Where((_, at) => at % 27 == (night * 9) - file - 1 || random.NextDouble() < 0.02).ToArray();
                random.Shuffle(part);
                await bench.LandAsync(dataSet, file % 4, part);
                read += part.Length;
            }

            accepted += (await bench.CleanAsync(dataSet, night)).Accepted;
        }

        Assert.Equal(GoldenFiles.Rows("dirty", dataSet), await bench.RowsAsync(dataSet));
        Assert.Equal(GoldenFiles.Rejected("dirty", dataSet).Distinct(), (await bench.QueryAsync<string>("select distinct raw from rejected_record")).Order(StringComparer.Ordinal));
        Assert.Equal(GoldenFiles.Rows("dirty", dataSet).Count, accepted);
        Assert.Equal([read], await bench.QueryAsync<long>("select cast(sum(accepted + duplicates + rejected) as signed) from cleaned_file"));
    }

    [Fact]
    public async Task Run_KeepsEachFilesFigures()
    {
        await using var bench = await CleanBench.CreateAsync();
        await bench.LandAsync(DataSet.User, 0, """{"ind":1,"first_name":"A","last_name":"B"}""", """{"ind":1,"first_name":"A","last_name":"B"}""", """{"ind":2,"age":30}""", """{"age":30}""");
        await bench.LandAsync(DataSet.User, 0, """{"ind":3,"first_name":"A","last_name":"B","age":1,"date_joined":"2020-01-01"}""");

        await bench.CleanAsync(DataSet.User, run: 7);

        var files = await bench.Get<CleanedFiles>().OfTaskAsync(DataSet.User, 7, default).ToListAsync();
        Assert.Equal([(4, 2, 1, 1), (1, 1, 0, 0)], files.Select(file => (file.Read, file.Accepted, file.Duplicates, file.Rejected)));
        // of rejected records nothing counts
        Assert.Equal(new Dictionary<string, long> { ["user_name"] = 1, ["age"] = 2, ["date_joined"] = 3 }, files[0].Nulls);
        Assert.Empty(files[1].Nulls!);
        Assert.All(files, file => Assert.InRange(file.MegabytesPerSecond!.Value, 1e-9, 1e6));
        Assert.Empty(await bench.Get<CleanedFiles>().OfTaskAsync(DataSet.User, 8, default).ToListAsync());
    }

    [Fact]
    public async Task Run_CountsForEachFileTheRowsItBrought_WhereverADuplicateIsFound()
    {
        await using var bench = await CleanBench.CreateAsync();
        // more rows of one index than are looked through before they are sent; and some that are there, of another night
        string[] Users(int from, int to) => [.. Enumerable.Range(from, to - from).Select(user => $$"""{"ind":{{user / 100}},"first_name":"u","last_name":"{{user}}"}""")];
        await bench.LandAsync(DataSet.User, 0, [.. Users(0, 150), .. Users(140, 160)]);
        await bench.LandAsync(DataSet.User, 1, [.. Users(90, 250), .. Users(90, 100)]);
        await bench.LandAsync(DataSet.User, 2, Users(100, 120));
        Assert.Equal(new Counts(3, 360, 250, 110, 0), await bench.CleanAsync(DataSet.User));
        await bench.LandAsync(DataSet.User, 0, [.. Users(200, 260), .. Users(255, 260)]);
        await bench.LandAsync(DataSet.User, 3, [.. Users(255, 270), .. Users(0, 5)]);

        Assert.Equal(new Counts(2, 85, 20, 65, 0), await bench.CleanAsync(DataSet.User, run: 2));
        Assert.Equal(
            await bench.QueryAsync<(long, long)>("select f.id, (select count(*) from clean_user c where c.src = f.id) from landing_file f order by 1"),
            await bench.QueryAsync<(long, long)>("select landing_file, accepted from cleaned_file order by 1"));
        Assert.Equal([(1L, 160L), (2L, 90L), (3L, 0L), (4L, 10L), (5L, 10L)], await bench.QueryAsync<(long, long)>("select landing_file, accepted from cleaned_file order by 1"));
    }

    [Fact]
    public async Task Run_MarksAllDamagedFiles_WhenItFindsOne()
    {
        await using var bench = await CleanBench.CreateAsync();
        for (var i = 0; i < 5; i++)
        {
            await bench.LandAsync(DataSet.Geo, i, $$"""{"ind":{{i}}}""");
        }

        var paths = (await bench.QueryAsync<string>("select path from landing_file order by id")).Select(bench.Folder.FullPath).ToList();
        File.Delete(paths[1]);
        await File.WriteAllTextAsync(paths[3], """{"ind":9}""" + "\n");
        File.Delete(paths[4]);

        var failure = await Assert.ThrowsAsync<StageFailedException>(() => bench.CleanAsync(DataSet.Geo));

        Assert.Contains(", and 2 more of the data set's files are missing or damaged. ", failure.Message, StringComparison.Ordinal);
        Assert.Equal([2L, 4L, 5L], await bench.QueryAsync<long>("select id from landing_file where damaged_at is not null order by id"));
    }

    [Fact]
    public async Task Run_LeavesOtherDataSetsAlone()
    {
        await using var bench = await CleanBench.CreateAsync();
        await bench.LandAsync(DataSet.Pin, 0, """{"index":1}""");
        await bench.LandAsync(DataSet.Geo, 0, """{"ind":1}""", """{"ind":2}""");

        Assert.Equal(new Counts(1, 2, 2, 0, 0), await bench.CleanAsync(DataSet.Geo));
        Assert.Empty(await bench.RowsAsync(DataSet.Pin));
        Assert.Equal(new Counts(1, 1, 1, 0, 0), await bench.CleanAsync(DataSet.Pin));
    }

    [Fact]
    public async Task Run_StoresWhatMySqlCouldMistake_AsItIs()
    {
        await using var bench = await CleanBench.CreateAsync();
        var big = new string('é', 1_200_000);
        await bench.LandAsync(DataSet.Pin, 0,
            """{"index":-2147483648,"title":"a\tb\nc\\d\u0000e\rf","description":"\\N","tag_list":"NULL","unique_id":"\u001a\"'`","image_src":"x\\","is_image_or_video":"\\t"}""",
            $$"""{"index":2147483647,"title":"{{big}}","category":"😀"}""");

        await bench.CleanAsync(DataSet.Pin);

        Assert.Equal(
            ("a\tb\nc\\d\0e\rf", "\\N", "NULL", "\u001a\"'`", "x\\", "\\t"),
            (await bench.QueryAsync<(string, string, string, string, string, string)>("select title, description, tag_list, unique_id, image_src, is_image_or_video from clean_pin where ind < 0")).Single());
        Assert.Equal((big, "😀"), (await bench.QueryAsync<(string, string)>("select title, category from clean_pin where ind > 0")).Single());
    }

    [Fact]
    public async Task Run_RejectsLinesOfAFileFromElsewhere_AndSkipsBlankOnes()
    {
        await using var bench = await CleanBench.CreateAsync();
        var bytes = "{\"ind\":1}\r\n\n \t\r\nnot\tJSON\\\n[1]\n\u00a0\n{\"ind\":2,\"country\":\"\xff"u8.ToArray();
        bytes = [.. bytes[..^2], 0xff, .. "\"}"u8, (byte)'\n', .. "{\"ind\":3}"u8];
        await bench.LandAsync(DataSet.Geo, 0, bytes, 5);

        Assert.Equal(new Counts(1, 5, 2, 0, 3), await bench.CleanAsync(DataSet.Geo));
        Assert.Equal(
            [(4, "not JSON", "not\tJSON\\"), (5, "not a JSON object", "[1]"), (7, "not valid UTF-8", "{\"ind\":2,\"country\":\"\ufffd\"}")],
            (await bench.QueryAsync<(long, string, string)>("select line, reason, raw from rejected_record order by line")).Select(row => row with { Item2 = row.Item2.Split(':')[0] }));
    }

    [Fact]
    public async Task Run_TakesFilesWithoutRecords()
    {
        await using var bench = await CleanBench.CreateAsync();
        await bench.LandAsync(DataSet.Pin, 0);
        await bench.LandAsync(DataSet.Pin, 0, """{"index":1}""");

        Assert.Equal(new Counts(2, 1, 1, 0, 0), await bench.CleanAsync(DataSet.Pin));
    }

    [Fact]
    public async Task Run_ReportsRecordsOfAll()
    {
        await using var bench = await CleanBench.CreateAsync();
        await bench.LandAsync(DataSet.Geo, 0, """{"ind":1}""", """{"ind":1}""", "{}");
        await bench.LandAsync(DataSet.Geo, 1, """{"ind":2}""");
        var reports = new List<(long, long?, string)>();

        await bench.CleanAsync(DataSet.Geo, report: (done, total, unit) =>
        {
            lock (reports)
            {
                reports.Add((done, total, unit));
            }
        });

        Assert.Contains((4, 4, "records"), reports);
        Assert.All(reports, report => Assert.Equal((4L, "records"), (report.Item2, report.Item3)));
    }

    [Theory]
    [InlineData("delete", "is missing")]
    [InlineData("cut", "is not as it was landed")]
    [InlineData("change", "is not as it was landed")]
    public async Task Run_FailsAndKeepsNothingOfTheFile_WhenItIsNotAsItWasLanded(string how, string expected)
    {
        await using var bench = await CleanBench.CreateAsync();
        var file = await bench.LandAsync(DataSet.Geo, 3, """{"ind":1}""", """{"ind":2}""", "{}");
        var path = bench.Folder.FullPath((await bench.QueryAsync<string>("select path from landing_file")).Single());
        var bytes = await File.ReadAllBytesAsync(path);
        File.Delete(path);
        if (how != "delete")
        {
            await File.WriteAllBytesAsync(path, how == "cut" ? bytes[..10] : [.. bytes[..7], (byte)'8', .. bytes[8..]]);
        }

        var failure = await Assert.ThrowsAsync<StageFailedException>(() => bench.CleanAsync(DataSet.Geo));

        Assert.False(failure.Retry);
        Assert.Equal("drain-geo", failure.RestartFrom);
        Assert.Contains($"'{path}' (topic 'pinterest.geo', partition 3, offsets 0 to 2, 3 records) {expected}", failure.Message, StringComparison.Ordinal);
        Assert.Contains($"delete its row {file} from 'landing_file'", failure.Message, StringComparison.Ordinal);
        Assert.Empty(await bench.RowsAsync(DataSet.Geo));
        Assert.Empty(await bench.QueryAsync<long>("select src from rejected_record union all select landing_file from cleaned_file"));

        await File.WriteAllBytesAsync(path, bytes);
        Assert.Equal(new Counts(1, 3, 2, 0, 1), await bench.CleanAsync(DataSet.Geo));
    }

    [Fact]
    public async Task Run_GivesTheSame_WhenAFileIsPacked()
    {
        await using var bench = await CleanBench.CreateAsync();
        var records = GoldenFiles.Records("dirty", DataSet.Pin);
        await bench.LandAsync(DataSet.Pin, 0, Lines(records), records.Count, packed: true);

        await bench.CleanAsync(DataSet.Pin);

        Assert.Equal(GoldenFiles.Rows("dirty", DataSet.Pin), await bench.RowsAsync(DataSet.Pin));
        Assert.Equal(GoldenFiles.Rejected("dirty", DataSet.Pin), (await bench.QueryAsync<string>("select raw from rejected_record")).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("cut")]
    [InlineData("garble")]
    public async Task Run_FailsAndKeepsNothing_WhenAPackedFileIsDamaged(string how)
    {
        await using var bench = await CleanBench.CreateAsync();
        string[] records = [.. Enumerable.Range(0, 5000).Select(number => $"{{\"ind\":{number},\"country\":\"{Guid.NewGuid()}\"}}")];
        await bench.LandAsync(DataSet.Geo, 0, Lines(records), records.Length, packed: true);
        var path = bench.Folder.FullPath((await bench.QueryAsync<string>("select path from landing_file")).Single());
        var bytes = await File.ReadAllBytesAsync(path);
        var middle = bytes.Length / 2;
        await File.WriteAllBytesAsync(path, how == "cut" ? bytes[..middle] : [.. bytes[..middle], .. new byte[100], .. bytes[(middle + 100)..]]);

        var failure = await Assert.ThrowsAsync<StageFailedException>(() => bench.CleanAsync(DataSet.Geo));

        Assert.Contains("is not as it was landed", failure.Message, StringComparison.Ordinal);
        Assert.Empty(await bench.RowsAsync(DataSet.Geo));
    }

    private static byte[] Lines(IEnumerable<string> records) => System.Text.Encoding.UTF8.GetBytes(string.Concat(records.Select(record => record + "\n")));
}
