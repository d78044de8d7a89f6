namespace PinScheduler.Stages.Emulate;

/// <summary>Chunks of posts are acknowledged in any order; a later attempt can only go on behind the first that is not.</summary>
internal sealed class ConfirmedPosts(EmulateProgress start)
{
    private readonly Lock _changing = new();
    private readonly Queue<Chunk> _open = new();
    private EmulateProgress _upTo = start;
    private long _all = start.Confirmed;

    /// <summary>All posts so far, and no later one.</summary>
    public EmulateProgress UpTo
    {
        get
        {
            lock (_changing)
            {
                return _upTo;
            }
        }
    }

    /// <summary>What is stored of it: another attempt goes on behind this.</summary>
    public EmulateProgress Noted { get; set; } = start;

    /// <summary>How many posts are confirmed in all, wherever they stand.</summary>
    public long All
    {
        get
        {
            lock (_changing)
            {
                return _all;
            }
        }
    }

    /// <summary>The next chunk, whose records go in several requests.</summary>
    public Chunk Begin(IReadOnlyList<DrawnPost> posts, int requests)
    {
        lock (_changing)
        {
            var chunk = new Chunk(posts.Count, posts[^1].Draw, requests);
            _open.Enqueue(chunk);
            return chunk;
        }
    }

    /// <summary>One of the chunk's requests is acknowledged.</summary>
    /// <returns>How many posts are confirmed in all, wherever they stand; null where the chunk still waits.</returns>
    public long? Confirm(Chunk chunk)
    {
        lock (_changing)
        {
            if (--chunk.Waiting > 0)
            {
                return null;
            }

            while (_open.TryPeek(out var first) && first.Waiting == 0)
            {
                _open.Dequeue();
                _upTo = new EmulateProgress(_upTo.Confirmed + first.Posts, first.LastDraw);
            }

            return _all += chunk.Posts;
        }
    }

    internal sealed class Chunk(int posts, long lastDraw, int requests)
    {
        public int Posts { get; } = posts;

        public long LastDraw { get; } = lastDraw;

        public int Waiting { get; set; } = requests;
    }
}

/// <summary>So many posts are acknowledged, and so many draws were needed to find them.</summary>
internal readonly record struct EmulateProgress(long Confirmed, long Draws);
