using System.Globalization;
using PinScheduler.Ingestion;
using PinScheduler.Source;
using PinScheduler.Source.Generator;
using PinScheduler.Stages;

namespace WarehouseBench.Data;

/// <summary>
/// The posts of the seeder, in random order, each with some of those before it sent again; the three records of a post in the same
/// partition, as Kafka's clients place them.
/// </summary>
internal static class Generator
{
    // any constant: the order of posts and what is sent again must not depend on what the posts are
    private const long OrderSeed = 0x5EED;

    public static IReadOnlyList<DataFile> Write(string folder, DataShape shape)
    {
        if (Directory.Exists(folder))
        {
            throw new InvalidOperationException($"'{folder}' exists already; name one that does not.");
        }

        Directory.CreateDirectory(folder);
        var bySet = new IReadOnlyList<DataFile>[DataSet.All.Count];
        Parallel.For(0, DataSet.All.Count, set => bySet[set] = Write(folder, shape, DataSet.All[set]));
        IReadOnlyList<DataFile> files = [.. bySet.SelectMany(static files => files).OrderBy(static file => file.Night)];
        DataFile.WriteList(folder, files);
        return files;
    }

    private static List<DataFile> Write(string folder, DataShape shape, DataSet set)
    {
        var rows = new SourceRows(shape.Seed, shape.AllPosts, shape.Edges);
        var table = SourceTable.All.Single(table => table.Name == set.SourceTable);
        var order = new Shuffle(shape.Seed ^ OrderSeed, shape.AllPosts);
        using var line = new RecordLine(table.Columns);
        using var writer = new PartitionFiles(folder, shape, set);
        for (var night = 1; night <= shape.Nights; night++)
        {
            for (long i = shape.PostsAfter(night - 1); i < shape.PostsAfter(night); i++)
            {
                Append(order.Of(i));
                var chance = new Chance(shape.Seed ^ OrderSeed, Chance.Purpose.Place, i);
                if (chance.Share(shape.Duplicates))
                {
                    Append(order.Of((long)(chance.Unit() * (i + 1))));
                }
            }

            writer.EndNight(night);
        }

        return writer.Files;

        void Append(long post) => writer.Append(PartitionOf(post, shape.Partitions), line.Of(table.Row(rows, post)));
    }

    private static int PartitionOf(long post, int partitions)
    {
        Span<byte> key = stackalloc byte[20];
        post.TryFormat(key, out var length, provider: CultureInfo.InvariantCulture);
        return Murmur2.PartitionOf(key[..length], partitions);
    }
}
