using System.CommandLine;
using System.Diagnostics;
using System.Globalization;

namespace WarehouseBench.Data;

internal static class GenerateCommand
{
    public static Command Create()
    {
        var folder = new Argument<DirectoryInfo>("FOLDER") { Description = "Where the landing files go; must not exist." };
        var posts = new Option<int>("--posts") { Description = "Posts of the first night, a record of each data set for each.", DefaultValueFactory = _ => 2_000_000 };
        var more = new Option<double>("--more") { Description = "New posts of each following night, as a share of the first's: 0.01 or 1%.", DefaultValueFactory = _ => 0.01, CustomParser = result => Share(result.Tokens.Single().Value) };
        var nights = new Option<int>("--nights") { Description = "How many nights.", DefaultValueFactory = _ => 2 };
        var duplicates = new Option<double>("--duplicates") { Description = "Records sent again, as a share of the posts.", DefaultValueFactory = _ => 0.08, CustomParser = result => Share(result.Tokens.Single().Value) };
        var edges = new Option<double>("--edges") { Description = "Share of rows that stand at an edge of a cleaning rule.", DefaultValueFactory = _ => 0, CustomParser = result => Share(result.Tokens.Single().Value) };
        var partitions = new Option<int>("--partitions") { Description = "Partitions of each topic.", DefaultValueFactory = _ => 16 };
        var megabytes = new Option<int>("--file-mb") { Description = "Where a file ends and the next begins.", DefaultValueFactory = _ => 128 };
        var seed = new Option<long>("--seed") { Description = "The same seed and sizes give the same files.", DefaultValueFactory = _ => 1 };
        var command = new Command("generate", "Writes landing files as a drain leaves them, and a list of them.") { folder, posts, more, nights, duplicates, edges, partitions, megabytes, seed };
        command.SetAction(parsed =>
        {
            var started = Stopwatch.GetTimestamp();
            var shape = new DataShape(parsed.GetValue(posts), parsed.GetValue(more), parsed.GetValue(nights), parsed.GetValue(duplicates), parsed.GetValue(edges), parsed.GetValue(partitions), parsed.GetValue(megabytes) * 1024L * 1024, parsed.GetValue(seed));
            var files = Generator.Write(parsed.GetValue(folder)!.FullName, shape);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{files.Sum(file => file.Records):N0} records, {files.Sum(file => file.Bytes) / 1e6:N0} MB in {files.Count} files, {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s"));
        });
        return command;
    }

    private static double Share(string text) => text.EndsWith('%') ? double.Parse(text[..^1], CultureInfo.InvariantCulture) / 100 : double.Parse(text, CultureInfo.InvariantCulture);
}
