using System.Text.Json;
using PinScheduler.Stages;

namespace WarehouseBench.Data;

/// <summary>One generated landing file, as the list beside the files has it.</summary>
/// <param name="Night">From 1.</param>
/// <param name="Path">Relative to the landing folder.</param>
internal sealed record DataFile(int Night, string DataSet, int Partition, long FirstOffset, long Records, long Bytes, string Checksum, string Path)
{
    public static string TopicOf(DataSet set) => "pinterest." + set.Key;

    /// <summary>The landing folder in a generated one.</summary>
    public static string LandingOf(string folder) => System.IO.Path.Combine(folder, "landing");

    public static void WriteList(string folder, IReadOnlyList<DataFile> files) =>
        File.WriteAllLines(ListOf(folder), files.Select(file => JsonSerializer.Serialize(file)));

    public static IReadOnlyList<DataFile> ReadList(string folder) => File.Exists(ListOf(folder))
        ? [.. File.ReadLines(ListOf(folder)).Select(line => JsonSerializer.Deserialize<DataFile>(line)!)]
        : throw new InvalidOperationException($"'{folder}' holds no generated files: make them with 'generate {folder}'.");

    private static string ListOf(string folder) => System.IO.Path.Combine(folder, "files.jsonl");
}
