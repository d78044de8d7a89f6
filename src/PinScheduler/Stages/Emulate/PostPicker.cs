using System.Runtime.CompilerServices;

namespace PinScheduler.Stages.Emulate;

/// <summary>
/// Draws posts at random, with replacement: the same seed and the same source give the same posts in the same order. Where the tables have
/// keys and few holes it draws numbers between the bounds and passes over those that are no post; else it reads the list of indexes first.
/// </summary>
internal sealed class PostPicker
{
    // MariaDB takes a list of a thousand for a table
    private const int ByKey = 900;

    // each time is a scan of the three tables
    private const int WithoutKey = 10_000;

    private const int DrawsInVain = 10;

    /// <summary>Reads under way while what was read before is being sent.</summary>
    private const int ReadsAhead = 3;

    private readonly SourceTables _tables;
    private readonly Func<long> _draw;
    private readonly int _drawsATime;

    private PostPicker(SourceTables tables, Func<long> draw, int drawsATime)
    {
        _tables = tables;
        _draw = draw;
        _drawsATime = drawsATime;
    }

    /// <exception cref="StageFailedException">There is no post.</exception>
    public static async Task<PostPicker> CreateAsync(SourceTables tables, long seed, CancellationToken cancellationToken)
    {
        var bounds = await tables.BoundsAsync(cancellationToken);
        var drawsATime = bounds is null ? WithoutKey : ByKey;
        if (bounds is var (low, high) && low <= high && await IsDenseAsync(tables, low, high, seed, cancellationToken))
        {
            var drawn = RandomOf(seed);
            return new PostPicker(tables, () => drawn.NextInt64(low, high + 1), drawsATime);
        }

        var indexes = await tables.IndexesAsync(cancellationToken);
        if (indexes.Count == 0)
        {
            throw new StageFailedException($"The source has no post: no index is in all of {string.Join(", ", DataSet.All.Select(set => $"'{set.SourceTable}.{set.IndexColumn}'"))}. See 'ConnectionStrings:Source'.");
        }

        var random = RandomOf(seed);
        return new PostPicker(tables, () => indexes[random.Next(indexes.Count)], drawsATime);
    }

    /// <summary>So many posts, in chunks of a size that has no influence on which they are.</summary>
    public async IAsyncEnumerable<IReadOnlyList<Post>> PickAsync(long count, int chunk, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (inVain, underWay, reads) = (0, 0L, new Queue<(int Draws, Task<List<Post>> Found)>());
        try
        {
            for (var left = count; left > 0;)
            {
                // never more than are missing, so that what is drawn does not depend on how far ahead it is read
                for (; reads.Count < ReadsAhead && underWay < left; underWay += reads.Last().Draws)
                {
                    var drawn = Enumerable.Range(0, (int)Math.Min(left - underWay, _drawsATime)).Select(_ => _draw()).ToList();
                    reads.Enqueue((drawn.Count, FindAsync(drawn, cancellationToken)));
                }

                var found = await reads.Peek().Found;
                underWay -= reads.Dequeue().Draws;
                left -= found.Count;
                inVain = found.Count > 0 ? 0 : inVain + 1;
                if (inVain == DrawsInVain)
                {
                    throw new StageFailedException("The source has lost its posts while they were being drawn: nothing is at the indexes any more that had rows before.", retry: true);
                }

                foreach (var some in found.Chunk(chunk))
                {
                    yield return some;
                }
            }
        }
        finally
        {
            // the first failure has been thrown; the others are no news
            await Task.WhenAll(reads.Select(read => read.Found)).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    private async Task<List<Post>> FindAsync(List<long> drawn, CancellationToken cancellationToken)
    {
        var posts = await _tables.PostsAsync(drawn.Distinct().ToList(), cancellationToken);
        return drawn.Where(posts.ContainsKey).Select(index => posts[index]).ToList();
    }

    // by a draw and not by the server's estimates: those change between two runs that should be the same
    private static async Task<bool> IsDenseAsync(SourceTables tables, long low, long high, long seed, CancellationToken cancellationToken)
    {
        var random = RandomOf(seed);
        var sample = Enumerable.Range(0, ByKey).Select(_ => random.NextInt64(low, high + 1)).Distinct().ToList();
        return (await tables.PostsAsync(sample, cancellationToken)).Count * 2 >= sample.Count;
    }

    private static Random RandomOf(long seed) => new(HashCode32(seed));

    // HashCode.Combine differs from process to process
    private static int HashCode32(long seed) => unchecked((int)(seed ^ (seed >> 32)));
}
