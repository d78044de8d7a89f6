namespace PinScheduler.Source.Generator;

/// <summary>What posters are at the edges of the cleaning rules, as far as the columns can hold it.</summary>
internal static class PosterEdges
{
    private static readonly string LongName = new('z', 255);

    private static readonly Func<Poster, Poster>[] Edges =
    [
        .. new[] { "1.5k", "2.75M", "12K", "3M", "1B", "0.9b", "3B", "12,345", "1,234,567", "12,34", " 5k\u00a0", "5 k", "5  k", "-5", "+5", "1e3", ".5k", "5.", "1.9999k", "2147483647", "2147483648", "007", "\u0665k", "", "0", "1,234.5k", "5kk", "user info error", "999999999999999999999999k", "User Info Error" }
            .Select(text => (Func<Poster, Poster>)(poster => poster with { Followers = text })),
        poster => poster with { Followers = null },
        .. new int?[] { null, -1, 0, 17, 18, 24, 25, 35, 36, 50, 51, 150, 151 }.Select(age => (Func<Poster, Poster>)(poster => poster with { Age = age })),
        .. new DateTime?[] { null, new(1000, 1, 1), new(2014, 12, 31, 23, 59, 59), new(2015, 1, 1), new(2016, 2, 29, 12, 0, 0) }.Select(joined => (Func<Poster, Poster>)(poster => poster with { Joined = joined })),
        poster => poster with { FirstName = null },
        poster => poster with { LastName = null },
        poster => poster with { FirstName = "  " },
        poster => poster with { FirstName = $"\u00a0{poster.FirstName}\t", LastName = poster.LastName + "\r\n" },
        poster => poster with { Country = null },
        poster => poster with { Country = "" },
        poster => poster with { Country = $" {poster.Country}\u3000" },
        poster => poster with { Country = poster.Country?.ToLowerInvariant() },
        poster => poster with { Country = LongName },
        poster => poster with { Country = LongName + "z" },
        .. new (double?, double?)[] { (null, 1), (1, null), (90, 180), (-90, -180), (90.1, 0), (0, -180.5), (-0.0, 0.0), (1e-7, 0.1), (1e300, 1) }
            .Select(place => (Func<Poster, Poster>)(poster => poster with { Latitude = place.Item1, Longitude = place.Item2 })),
    ];

    public static Poster Apply(Poster poster, int edge) => Edges[edge % Edges.Length](poster);
}
