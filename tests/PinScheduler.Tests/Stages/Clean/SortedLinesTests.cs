using System.Text;
using CsCheck;
using PinScheduler.Landing;
using PinScheduler.Stages;
using PinScheduler.Stages.Clean;
using PinScheduler.Stages.Clean.Loading;

namespace PinScheduler.Tests.Stages.Clean;

public sealed class SortedLinesTests
{
    private static readonly Gen<string> Line = Gen.Frequency<string>(
        (8, Gen.Select(Gen.OneOf("ind", "index", "x\":1,\"ind"), Gen.Int, Gen.Int[0, 3000], (name, index, length) => $"{{\"{name}\": {index},\"title\":\"{new string('é', length)}\"}}")),
        (2, Gen.Int[0, 20].Select(index => $"{{\"ind\":\"{index}\"}}")),
        (1, Gen.OneOf("", " ", "{}", "{\"ind\"", "[1]", "{\"ind\":99999999999}")));

    private static readonly Gen<string[]> Contents = Gen.Select(Line.Array[0, 30], Gen.Bool, (lines, ended) => string.Join('\n', lines) + (ended ? "\n" : "")).Array[1, 6];

    [Fact]
    public Task Lines_AreThoseOfTheFiles_InTheOrderOfTheirIndex() => Contents.SampleAsync(async contents =>
    {
        using var landing = new Landed();
        var files = contents.Select(landing.Add).ToList();
        await using var lines = await SortedLines.OpenAsync(landing.Folder, files, default);

        var taken = new List<(int File, string Line)>();
        while (lines.TryTake(out var line))
        {
            taken.Add((files.IndexOf(lines.Current.File), Encoding.UTF8.GetString(line)));
        }

        Assert.Null(lines.Damaged);
        Assert.Equal(files, lines.Files.Select(file => file.File));
        // stable: equal indexes as they stand in the files
        Assert.Equal(
            contents.SelectMany((content, file) => LinesOf(content).Select(line => (file, line))).OrderBy(one => SortedLines.IndexOf(Encoding.UTF8.GetBytes(one.line))),
            taken);
        Assert.False(await lines.ReadAsync(default));
    }, iter: 200, threads: 1);

    [Theory]
    [InlineData("""{"index": -7,"ind":3}""", -7)]
    [InlineData("""{"category":"a","ind" : "12"}""", 12)]
    [InlineData("""{"indigo":5,"ind":6}""", 5)]
    [InlineData("""{"ind":null}""", 0)]
    [InlineData("", 0)]
    public void Index_IsWhatTheLineSeemsToSay(string line, int expected) => Assert.Equal(expected, SortedLines.IndexOf(Encoding.UTF8.GetBytes(line)));

    [Fact]
    public async Task Lines_LeaveOutADamagedFile_AndThoseBehindItInItsPartition()
    {
        using var landing = new Landed();
        var (first, damaged, behind, other) = (landing.Add("1\n"), landing.Add("2\n"), landing.Add("3\n"), landing.Add("4\n") with { Partition = 1 });
        File.AppendAllText(landing.Folder.FullPath(damaged.Path), "5\n");

        await using var lines = await SortedLines.OpenAsync(landing.Folder, [first, damaged, behind, other], default);

        Assert.Same(damaged, lines.Damaged?.File);
        Assert.Equal([first, other], lines.Files.Select(file => file.File));
        Assert.True(lines.TryTake(out _));
        Assert.True(lines.TryTake(out var last));
        Assert.Equal("4", Encoding.UTF8.GetString(last));
        Assert.False(lines.TryTake(out _));
    }

    [Fact]
    public async Task Line_IsMissed_WhenItsFileWasCutAfterItWasChecked()
    {
        using var landing = new Landed();
        var file = landing.Add("""{"ind":2}""" + "\n" + """{"ind":1}""" + "\n");
        await using var lines = await SortedLines.OpenAsync(landing.Folder, [file], default);
        await File.WriteAllTextAsync(landing.Folder.FullPath(file.Path), """{"ind":2}""" + "\n");

        var failure = Assert.Throws<DamagedFileException>(() => lines.TryTake(out _));

        Assert.Equal("has become shorter while it was read", failure.How);
    }

    [Fact]
    public void Batches_HoldWhatFits_AndPackedFilesAreAlone()
    {
        var size = new BatchSize(Records: 10, Bytes: 1000);
        PendingFile[] files = [One(4, 100), One(6, 100), One(1, 100), One(1, 950), One(50, 5000), One(1, 10), One(1, 10, ".json.gz"), One(1, 10, ".json.gz"), One(1, 10)];

        Assert.Equal([2, 1, 1, 1, 1, 1, 1, 1], size.Cut(files).Select(batch => batch.Count));
        Assert.Equal(files, size.Cut(files).SelectMany(batch => batch));
        Assert.Empty(size.Cut([]));
    }

    [Fact]
    public void Batches_HoldNoMoreThanConfigured()
    {
        var few = new CleanOptions { CleanBatchMegabytes = 50 };

        Assert.Equal((50L << 20, 50L << 20), (BatchSize.First(few).Bytes, BatchSize.Usual(few).Bytes));
        Assert.Equal(128L << 20, BatchSize.Usual(new CleanOptions()).Bytes);
        Assert.InRange(BatchSize.First(new CleanOptions()).Bytes, 128L << 20, 2048L << 20);
    }

    [Fact]
    public async Task Run_LoadsTheOtherFilesOfABatch_AndCountsEachByItself_WhenOneIsDamaged()
    {
        await using var bench = await CleanBench.CreateAsync();
        await bench.LandAsync(DataSet.Geo, 0, """{"ind":3}""", """{"ind":1}""", """{"ind":3}""", "{}");
        await bench.LandAsync(DataSet.Geo, 1, """{"ind":1}""", """{"ind":2}""", "[]");
        await bench.LandAsync(DataSet.Geo, 2, """{"ind":9}""");
        await bench.LandAsync(DataSet.Geo, 2, """{"ind":8}""");
        var gone = bench.Folder.FullPath((await bench.QueryAsync<string>("select path from landing_file where id = 3")).Single());
        File.Move(gone, gone + ".away");

        var failure = await Assert.ThrowsAsync<StageFailedException>(() => bench.CleanAsync(DataSet.Geo));

        Assert.Contains($"'{gone}'", failure.Message, StringComparison.Ordinal);
        Assert.Equal([(1L, 4L, 2L, 1L, 1L), (2L, 3L, 1L, 1L, 1L)], await bench.QueryAsync<(long, long, long, long, long)>("select landing_file, records, accepted, duplicates, rejected from cleaned_file order by 1"));
        Assert.Equal([(1L, 4L), (2L, 3L)], await bench.QueryAsync<(long, long)>("select src, line from rejected_record order by 1"));
        Assert.Equal(["[1,null,null,null]", "[2,null,null,null]", "[3,null,null,null]"], await bench.RowsAsync(DataSet.Geo));

        File.Move(gone + ".away", gone);
        Assert.Equal(new Counts(4, 9, 5, 2, 2), await bench.CleanAsync(DataSet.Geo));
    }

    private static string[] LinesOf(string content) => content.Length == 0 ? [] : (content[^1] == '\n' ? content[..^1] : content).Split('\n');

    private static PendingFile One(long records, long bytes, string end = ".json") =>
        new() { Id = 1, Topic = "t", Partition = 0, FirstOffset = 0, LastOffset = records - 1, Records = records, Bytes = bytes, Checksum = "", Path = "t/2026-11-22/t" + end };

    private sealed class Landed : IDisposable
    {
        private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("pinscheduler-sorted-");
        private long _files;

        public LandingFolder Folder => new(_root.FullName);

        public PendingFile Add(string content)
        {
            var bytes = Encoding.UTF8.GetBytes(content);
            var path = $"{_files++}.json";
            File.WriteAllBytes(Folder.FullPath(path), bytes);
            return One(LinesOf(content).Length, bytes.Length) with { Id = _files, Path = path, Checksum = Convert.ToHexStringLower(System.IO.Hashing.XxHash128.Hash(bytes)) };
        }

        public void Dispose() => _root.Delete(recursive: true);
    }
}
