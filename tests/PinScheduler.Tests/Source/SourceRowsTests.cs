using System.Text.RegularExpressions;
using PinScheduler.Source;
using PinScheduler.Source.Generator;

namespace PinScheduler.Tests.Source;

/// <summary>The shares of source-data.md, each within what a default source of 11,154 posts may be off by chance.</summary>
public sealed class SourceRowsTests
{
    private const int Posts = (int)SourceOptions.DefaultPosts;
    private static readonly SourceRows Rows = new(100, Posts, 0);
    private static readonly SourceRows WithEdges = new(100, Posts, new SourceOptions().EdgeShare);
    private static readonly object?[][] Pins = [.. Enumerable.Range(0, Posts).Select(post => Rows.Pin(post))];
    private static readonly object?[][] Geos = [.. Enumerable.Range(0, Posts).Select(post => Rows.Geo(post))];
    private static readonly object?[][] Users = [.. Enumerable.Range(0, Posts).Select(post => Rows.User(post))];

    [Fact]
    public void Rows_ArePureInTheirNumber() => Assert.Equal(Rows.Pin(4711), new SourceRows(100, Posts, 0).Pin(4711));

    [Fact]
    public void Pins_HaveTheOriginalsShares()
    {
        string?[] Column(int column) => [.. Pins.Select(row => row[column]?.ToString())];
        var (titles, descriptions, posters, followers, tags, kinds, images) = (Column(2), Column(3), Column(4), Column(5), Column(6), Column(7), Column(8));

        Assert.Equal(Pins.Select(row => (string)row[11]!).Order(StringComparer.Ordinal), Pins.Select(row => (string)row[11]!));
        Assert.All(Pins.GroupBy(row => row[11]), category => Assert.InRange(category.Count(), 740, 1000));
        Assert.Equal(13, Pins.DistinctBy(row => row[11]).Count());
        Share(0.90, kinds, kind => kind == "image");
        Share(0.069, kinds, kind => kind?.StartsWith("multi", StringComparison.Ordinal) == true);
        Share(0.03, kinds, kind => kind == "video");
        Share(0.002, kinds, kind => kind == null);
        Share(0.007, titles, title => title == "No Title Data Available");
        Share(0.007, followers, text => text == "User Info Error");
        Share(0.021, images, image => image == "Image src error.");
        Share(0.012, descriptions, text => text == "No description available");
        Share(0.014, tags, text => text == "N,o, ,T,a,g,s, ,A,v,a,i,l,a,b,l,e");
        // drawn per poster, so a few busy ones move them
        Share(0.75, followers, text => text!.EndsWith('k'), tolerance: 0.04);
        Share(0.17, followers, text => Regex.IsMatch(text!, "^[0-9]{1,3}$"), tolerance: 0.03);
        Share(0.07, followers, text => text!.EndsWith('M'), tolerance: 0.025);
        Share(0.36, descriptions, text => text!.EndsWith("…\u00a0", StringComparison.Ordinal));
        Share(0.42, descriptions, text => text!.Any(c => c > 127));
        Share(0.10, titles, text => text!.Any(c => c > 127));
        Share(0.01, titles, text => text!.Any(char.IsSurrogate));
        Assert.Single(titles, "Untitled");
        Assert.All(Pins, row => Assert.Equal(row[9] is 0, (string?)row[8] == "Image src error."));
        Assert.All(Pins, row => Assert.Equal((string?)row[7] == "multi-video(story page format)", (string?)row[3] == "No description available Story format"));
        Assert.InRange(titles.Max(text => text!.Length), 100, 199);
        Assert.InRange(descriptions.Max(text => text!.Length), 170, 185);
        Assert.InRange(posters.GroupBy(poster => poster).Max(poster => poster.Count()), 30, 110);
        Assert.Contains(titles, text => text!.Contains('\n'));
    }

    [Fact]
    public void Users_AreFixedPerPoster_AndTheBusyAreYoungEarlyAndFollowed()
    {
        foreach (var poster in Enumerable.Range(0, Posts).GroupBy(post => Pins[post][4]))
        {
            Assert.Single(poster.Select(post => string.Join("|", Users[post][1..].Append(Pins[post][5]).Concat(Geos[post][2..]))).Distinct());
        }

        var ages = Users.Select(row => (int?)row[3]).ToArray();
        Share(0.45, ages, age => age is >= 18 and <= 24, tolerance: 0.05);
        Share(0.27, ages, age => age is >= 25 and <= 35, tolerance: 0.05);
        Share(0.19, ages, age => age is >= 36 and <= 50, tolerance: 0.05);
        Share(0.09, ages, age => age > 50, tolerance: 0.03);
        var names = Users.Select(row => (row[1], row[2], row[4])).Distinct().ToList();
        Assert.InRange(names.Count, 4500, 5600);
        Assert.InRange((double)names.GroupBy(name => (name.Item1, name.Item2)).Where(same => same.Count() > 1).Sum(same => same.Count()) / names.Count, 0.002, 0.06);
        Assert.All(Geos.Zip(Users), pair => Assert.True((DateTime)pair.First[1]! >= (DateTime)pair.Second[4]!));
        Assert.InRange(Geos.Count(row => (string)row[4]! == "Albania") / (double)Posts, 0.025, 0.065);
        var medians = Enumerable.Range(0, Posts).Where(post => ages[post] >= 18).GroupBy(post => ages[post] switch { <= 24 => 0, <= 35 => 1, <= 50 => 2, _ => 3 }).OrderBy(group => group.Key)
            .Select(group => group.Select(post => Count((string)Pins[post][5]!)).Order().ElementAt(group.Count() / 2)).ToList();
        Assert.Equal(medians.OrderDescending(), medians);
        Assert.InRange(medians[0], 35_000, 250_000);
        Assert.InRange(medians[3], 1_000, 9_000);
    }

    [Fact]
    public void Edges_AreAllThere_InSmallShares()
    {
        var changed = Enumerable.Range(0, Posts).Where(post => !WithEdges.Pin(post).SequenceEqual(Pins[post]) || !WithEdges.Geo(post).SequenceEqual(Geos[post]) || !WithEdges.User(post).SequenceEqual(Users[post])).ToList();

        Assert.InRange(changed.Count / (double)Posts, 0.03, 0.06);
        var pins = changed.Select(post => WithEdges.Pin(post)).ToList();
        Assert.Contains(pins, row => (string?)row[5] == "2147483648");
        Assert.Contains(pins, row => row[11] is string { Length: 256 });
        Assert.Contains(pins, row => (string?)row[10] == "Local save in");
        Assert.Contains(changed, post => WithEdges.User(post)[3] is 151);
        Assert.Contains(changed, post => WithEdges.Geo(post)[2] is 90.1);
        Assert.Contains(changed, post => WithEdges.Geo(post)[1] is DateTime { Year: 9999 });
    }

    [Fact]
    public void Shuffle_IsAnOrderOfAllNumbers()
    {
        foreach (var count in new[] { 1, 2, 3, 16, 17, 1000 })
        {
            var shuffle = new Shuffle(7, count);
            Assert.Equal(Enumerable.Range(0, count).Select(number => (long)number), Enumerable.Range(0, count).Select(number => shuffle.Of(number)).Order());
        }
    }

    private static long Count(string text) => text[^1] switch
    {
        'k' => 1_000 * long.Parse(text[..^1]),
        'M' => 1_000_000 * long.Parse(text[..^1]),
        _ => long.TryParse(text, out var count) ? count : 0,
    };

    private static void Share<T>(double expected, T[] values, Func<T, bool> match, double? tolerance = null, [System.Runtime.CompilerServices.CallerArgumentExpression(nameof(match))] string what = "")
    {
        var share = values.Count(match) / (double)values.Length;
        Assert.True(Math.Abs(share - expected) <= (tolerance ?? Math.Max(expected * 0.12, 0.002)), $"{what}: {share:0.0000}, expected {expected}");
    }
}
