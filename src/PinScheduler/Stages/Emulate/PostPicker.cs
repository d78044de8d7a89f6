using System.Runtime.CompilerServices;

namespace PinScheduler.Stages.Emulate;

/// <summary>
/// Draws posts at random, with replacement: the same seed and the same source give the same posts in the same order. Where the tables have
/// keys and few holes it draws numbers between the bounds and passes over those that are no post; else it reads the list of indexes first.
/// A small source of which much is drawn is read once, at a tenth of the price a row; else the rows of what was drawn are.
/// </summary>
internal sealed class PostPicker
{
    /// <summary>What a source may have to be kept in memory as a whole: posts, and bytes of a table's JSON.</summary>
    public const int SmallPosts = 128 * 1024;
    private const long SmallBytes = 64 * 1024 * 1024;

    // MariaDB takes a list of a thousand for a table
    private const int ByKey = 900;

    // each time is a scan of the three tables
    private const int WithoutKey = 10_000;

    private const int DrawsInVain = 10;

    /// <summary>Reads under way while what was read before is being sent.</summary>
    private const int ReadsAhead = 3;

    private readonly Func<long> _draw;
    private readonly int _drawsATime;
    private readonly Func<List<long>, CancellationToken, Task<Dictionary<long, Post>>> _find;

    private PostPicker(Func<long> draw, int drawsATime, Func<List<long>, CancellationToken, Task<Dictionary<long, Post>>> find)
    {
        _draw = draw;
        _drawsATime = drawsATime;
        _find = find;
    }

    /// <param name="tables">The source.</param>
    /// <param name="seed">The same gives the same posts.</param>
    /// <param name="posts">About how many will be picked.</param>
    /// <param name="small">Sources of more posts are never read as a whole.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <exception cref="StageFailedException">There is no post.</exception>
    public static async Task<PostPicker> CreateAsync(SourceTables tables, long seed, long posts, int small, CancellationToken cancellationToken)
    {
        var bounds = await tables.BoundsAsync(cancellationToken);
        var drawsATime = bounds is null ? WithoutKey : ByKey;
        if (bounds is var (low, high) && low <= high && await IsDenseAsync(tables, low, high, seed, cancellationToken))
        {
            var drawn = RandomOf(seed);
            return new PostPicker(() => drawn.NextInt64(low, high + 1), drawsATime, await FinderAsync(tables, high - low + 1, posts, small, cancellationToken));
        }

        var indexes = await tables.IndexesAsync(cancellationToken);
        if (indexes.Count == 0)
        {
            throw new StageFailedException($"The source has no post: no index is in all of {string.Join(", ", DataSet.All.Select(set => $"'{set.SourceTable}.{set.IndexColumn}'"))}. See 'ConnectionStrings:Source'.");
        }

        var random = RandomOf(seed);
        return new PostPicker(() => indexes[random.Next(indexes.Count)], drawsATime, await FinderAsync(tables, indexes.Count, posts, small, cancellationToken));
    }

    /// <summary>So many posts behind so many draws, in chunks of a size that has no influence on which they are.</summary>
    public async IAsyncEnumerable<IReadOnlyList<DrawnPost>> PickAsync(long count, int chunk, long afterDraws, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var i = 0L; i < afterDraws; i++)
        {
            _draw();
        }

        var (inVain, draws, underWay, reads, some) = (0, afterDraws, 0L, new Queue<(List<long> Drawn, Task<Dictionary<long, Post>> Found)>(), new List<DrawnPost>(chunk));
        try
        {
            for (var left = count; left > 0;)
            {
                // never more than are missing, so that what is drawn does not depend on how far ahead it is read
                for (; reads.Count < ReadsAhead && underWay < left; underWay += reads.Last().Drawn.Count)
                {
                    var drawn = Enumerable.Range(0, (int)Math.Min(left - underWay, _drawsATime)).Select(_ => _draw()).ToList();
                    reads.Enqueue((drawn, _find(drawn, cancellationToken)));
                }

                var posts = await reads.Peek().Found;
                var (tried, before) = (reads.Dequeue().Drawn, left);
                underWay -= tried.Count;
                foreach (var index in tried)
                {
                    draws++;
                    if (!posts.TryGetValue(index, out var post))
                    {
                        continue;
                    }

                    left--;
                    some.Add(new DrawnPost(post, draws));
                    if (some.Count == chunk || left == 0)
                    {
                        yield return some;
                        some = new List<DrawnPost>(chunk);
                    }
                }

                inVain = left < before ? 0 : inVain + 1;
                if (inVain == DrawsInVain)
                {
                    throw new StageFailedException("The source has lost its posts while they were being drawn: nothing is at the indexes any more that had rows before.", retry: true);
                }
            }
        }
        finally
        {
            // the first failure has been thrown; the others are no news
            await Task.WhenAll(reads.Select(read => read.Found)).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    private static async Task<Func<List<long>, CancellationToken, Task<Dictionary<long, Post>>>> FinderAsync(SourceTables tables, long span, long posts, int small, CancellationToken cancellationToken)
    {
        // a row by its key costs about seven times as much as one of a scan
        if (span <= Math.Min(small, posts * 2) && await tables.AllPostsAsync(SmallBytes, cancellationToken) is { } all)
        {
            return (_, _) => Task.FromResult(all);
        }

        return (drawn, token) => tables.PostsAsync(drawn.Distinct(), token);
    }

    // by a draw and not by the server's estimates: those change between two runs that should be the same
    private static async Task<bool> IsDenseAsync(SourceTables tables, long low, long high, long seed, CancellationToken cancellationToken)
    {
        var random = RandomOf(seed);
        var sample = Enumerable.Range(0, ByKey).Select(_ => random.NextInt64(low, high + 1)).ToHashSet();
        return (await tables.PostsAsync(sample, cancellationToken)).Count * 2 >= sample.Count;
    }

    private static Random RandomOf(long seed) => new(HashCode32(seed));

    // HashCode.Combine differs from process to process
    private static int HashCode32(long seed) => unchecked((int)(seed ^ (seed >> 32)));
}
