namespace PinScheduler.Source.Generator;

/// <summary>
/// Who made which post. A poster has 1 to some dozens of posts; the more, the younger, earlier joined and earlier in the alphabet, as if each
/// field were the least of its posts' values, and the more followers.
/// </summary>
internal sealed class Posters
{
    // posters come in cycles of this many, whose numbers of posts follow a power law
    private const int Cycle = 1000;
    private const double Exponent = 2.2;
    private const int MostPosts = 48;

    // the one user of all rows that could not be read
    private const int ErrorPoster = -1;
    private const int ErrorPosts = 78;

    private static readonly DateTime FirstJoin = new(2015, 10, 21);
    private static readonly DateTime LastJoin = new(2017, 10, 18);
    private static readonly DateTime LateJoin = new(2020, 12, 31);

    private readonly long _seed;
    private readonly int _posterEdges;
    private readonly Shuffle _places;
    private readonly (short Poster, byte Posts)[] _cycle;

    public Posters(long seed, long posts, double edgeShare)
    {
        _seed = seed;
        _posterEdges = EdgeShare.Every(edgeShare);
        _places = new Shuffle(seed, posts);
        _cycle = OneCycle(seed);
    }

    public static DateTime FirstPost { get; } = new(2017, 10, 20);

    public static DateTime LastPost { get; } = new(2022, 10, 19);

    public static string[] Error { get; } = ["User Info Error"];

    public Poster Of(long post, bool unreadable)
    {
        if (unreadable)
        {
            return Make(ErrorPoster, ErrorPosts);
        }

        var place = _places.Of(post);
        var (poster, posts) = _cycle[place % _cycle.Length];
        return Make((place / _cycle.Length * Cycle) + poster, posts);
    }

    private Poster Make(long id, int posts)
    {
        var chance = new Chance(_seed, Chance.Purpose.Poster, id);
        var joined = FirstJoin.AddSeconds(Math.Floor(chance.Least(posts) * (LastJoin - FirstJoin).TotalSeconds));
        var poster = new Poster(
            id == ErrorPoster ? Error[0] : PosterNames.Of(_seed, id),
            id == ErrorPoster ? Error[0] : Followers.Text(3.3 + (1.5 * Math.Log10(posts)) + chance.Bell()),
            PeopleNames.First[(int)(chance.Least(posts) * PeopleNames.First.Length)],
            PeopleNames.Last[(int)(chance.Least(posts) * PeopleNames.Last.Length)],
            20 + (int)(chance.Least(posts) * 41),
            joined,
            Countries.All[(int)(chance.Least(posts) * Countries.All.Length)],
            Coordinate(90, chance.Least(posts)),
            Coordinate(180, chance.Least(posts)));
        // the original has neither the very young, the old, the unknown nor late joiners
        if (id != ErrorPoster && chance.Share(0.03))
        {
            poster = poster with { Age = chance.Below(4) switch { 0 => null, 1 => 10 + chance.Below(8), 2 => 18 + chance.Below(2), _ => 61 + chance.Below(30) } };
        }

        if (id != ErrorPoster && chance.Share(0.04))
        {
            poster = poster with { Joined = LastJoin.AddSeconds(1 + Math.Floor(chance.Unit() * (LateJoin - LastJoin).TotalSeconds)) };
        }

        return EdgeShare.Hit(_seed, Chance.Purpose.PosterEdge, id, _posterEdges) is { } edge ? PosterEdges.Apply(poster, edge) : poster;
    }

    // six significant digits, as the original has them
    private static double Coordinate(int limit, double unit)
    {
        var value = -limit + (2 * limit * unit);
        return Math.Round(value, Math.Abs(value) switch { >= 100 => 3, >= 10 => 4, >= 1 => 5, _ => 6 });
    }

    private static (short Poster, byte Posts)[] OneCycle(long seed)
    {
        var weights = Enumerable.Range(1, MostPosts).Select(posts => Math.Pow(posts, -Exponent)).ToArray();
        var places = new List<(short, byte)>();
        var (size, reached, sum) = (0, weights[0] / weights.Sum(), weights.Sum());
        for (var poster = 0; poster < Cycle; poster++)
        {
            while ((poster + 0.5) / Cycle > reached && size < MostPosts - 1)
            {
                reached += weights[++size] / sum;
            }

            places.AddRange(Enumerable.Repeat(((short)poster, (byte)(size + 1)), size + 1));
        }

        // shuffled, so that a source smaller than a cycle has posters of all sizes
        var order = new Shuffle(seed, places.Count);
        return [.. Enumerable.Range(0, places.Count).Select(place => places[(int)order.Of(place)])];
    }
}
