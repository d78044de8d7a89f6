using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using PinScheduler.Stages;
using PinScheduler.Stages.Clean.Facts;
using PinScheduler.Stages.Clean.Loading;
using PinScheduler.Stages.Clean.Rules;
using WarehouseBench.Data;
using WarehouseBench.Report;

namespace WarehouseBench.Parsing;

/// <summary>The cleaner alone on one core, without a database: lines of landing files in memory to rows ready to load, beside the bound of reading their tokens.</summary>
internal static class ParseCommand
{
    private const int MostBytes = 64 * 1024 * 1024;

    public static Command Create()
    {
        var folder = new Argument<DirectoryInfo>("FOLDER") { Description = "What 'generate' has made." };
        var rounds = new Option<int>("--rounds") { Description = "Rounds after one that is not counted; medians are printed.", DefaultValueFactory = _ => 9 };
        var command = new Command("parse", "Parses and cleans records on one core, without a database.") { folder, rounds };
        command.SetAction(parsed => Run(parsed.GetValue(folder)!.FullName, parsed.GetValue(rounds)));
        return command;
    }

    private static void Run(string folder, int rounds)
    {
        var rows = DataSet.All.Select(set => Measure(set, Content(folder, set), rounds)).ToList();
        Console.WriteLine(Figures.Machine("no database"));
        Figures.Write(["data set", "MB", "tokens only MB/s", "cleaned rows MB/s", "share"], rows);
    }

    // the cache's speed, not the disk's: a part of the files, in memory
    private static byte[] Content(string folder, DataSet set)
    {
        using var content = new MemoryStream();
        foreach (var file in DataFile.ReadList(folder).Where(file => file.DataSet == set.Key).TakeWhile(_ => content.Length < MostBytes))
        {
            content.Write(File.ReadAllBytes(Path.Combine(DataFile.LandingOf(folder), file.Path)));
        }

        return content.ToArray();
    }

    private static string[] Measure(DataSet set, byte[] content, int rounds)
    {
        var cleaner = new LineCleaner(RecordRules.Of(set, new Placeholders(Placeholders.Defaults)));
        var (tokens, cleaned) = (new List<double>(), new List<double>());
        for (var round = 0; round <= rounds; round++)
        {
            // in turn, so that a slow moment of the machine meets both
            var (bound, ours) = (Speed(content, Tokens), Speed(content, bytes => Clean(cleaner, bytes)));
            if (round > 0)
            {
                tokens.Add(bound);
                cleaned.Add(ours);
            }
        }

        var (most, seen) = (Figures.Median(tokens), Figures.Median(cleaned));
        return [set.Key, Figures.Text(content.Length / 1e6), Figures.Text(most), Figures.Text(seen), Figures.Text(seen / most)];
    }

    private static double Speed(byte[] content, Action<byte[]> work)
    {
        var started = Stopwatch.GetTimestamp();
        work(content);
        return content.Length / 1e6 / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static void Tokens(byte[] content)
    {
        foreach (var line in content.AsSpan().Split((byte)'\n'))
        {
            if (content.AsSpan()[line] is { IsEmpty: false } record)
            {
                var reader = new Utf8JsonReader(record);
                while (reader.Read())
                {
                }
            }
        }
    }

    private static void Clean(LineCleaner cleaner, byte[] content)
    {
        var (row, fact) = (new RowBuffer(), new FactRow(new NameOrdinals()));
        foreach (var line in content.AsSpan().Split((byte)'\n'))
        {
            if (row.Length > MostBytes / 16)
            {
                row.Clear();
            }

            row.BeginRow();
            if (content.AsSpan()[line] is { IsEmpty: false } record && cleaner.Clean(record, row, fact, out _) is null)
            {
                row.Bytes(row.HashOfRow());
                row.Whole(1);
                row.EndRow();
            }
        }
    }
}
