using System.Runtime.InteropServices;

namespace PinScheduler.Source.Generator;

/// <summary>The three rows of any post, in the order of the source tables' columns: the same for the same seed, size and share.</summary>
internal sealed class SourceRows(long seed, long posts, double edgeShare)
{
    private const string MultiVideo = "multi-video(story page format)";
    private const string NoImage = "Image src error.";

    private static readonly DateTime?[] GeoEdges = [null, new(1000, 1, 1), new(2017, 12, 31, 23, 59, 59), new(2018, 1, 1), new(2020, 2, 29, 23, 59, 59), new(2022, 12, 31, 23, 59, 59), new(2023, 1, 1), new(9999, 12, 31, 23, 59, 59)];

    private readonly Posters _posters = new(seed, posts, edgeShare);
    private readonly int _edges = EdgeShare.Every(edgeShare);

    public object?[] Pin(long post)
    {
        var chance = Draws(post, out var unreadable);
        var category = Categories.Of(post, posts);
        var poster = _posters.Of(post, unreadable);
        var kind = unreadable ? MultiVideo : Kind(ref chance);
        var missing = unreadable || chance.Share(0.0141);
        object?[] pin =
        [
            (int)post,
            new Guid(Hex(ref chance)).ToString(),
            unreadable ? "No Title Data Available" : post == posts / 3 ? "Untitled" : PinTexts.Title(ref chance, category),
            kind == MultiVideo ? "No description available Story format" : chance.Share(0.012) ? "No description available" : PinTexts.Description(ref chance, category),
            poster.Name,
            poster.Followers,
            unreadable || chance.Share(0.007) ? "N,o, ,T,a,g,s, ,A,v,a,i,l,a,b,l,e" : PinTexts.Tags(ref chance, category),
            kind,
            missing ? NoImage : kind is null ? null : Image(ref chance, kind),
            missing ? 0 : 1,
            "Local save in /data/" + category.Name,
            category.Name,
        ];
        if (!unreadable && EdgeShare.Hit(seed, Chance.Purpose.PinEdge, post, _edges) is { } edge)
        {
            PinEdges.Apply(pin, edge);
        }

        return pin;
    }

    public object?[] Geo(long post)
    {
        Draws(post, out var unreadable);
        var poster = _posters.Of(post, unreadable);
        var chance = new Chance(seed, Chance.Purpose.Geo, post);
        // nobody posts before joining
        var from = poster.Joined > Posters.FirstPost ? poster.Joined.Value : Posters.FirstPost;
        DateTime? posted = from.AddSeconds(Math.Floor(chance.Unit() * (Posters.LastPost - from).TotalSeconds));
        if (EdgeShare.Hit(seed, Chance.Purpose.GeoEdge, post, _edges) is { } edge)
        {
            posted = GeoEdges[edge % GeoEdges.Length];
        }

        return [(int)post, posted, poster.Latitude, poster.Longitude, poster.Country];
    }

    public object?[] User(long post)
    {
        Draws(post, out var unreadable);
        var poster = _posters.Of(post, unreadable);
        return [(int)post, poster.FirstName, poster.LastName, poster.Age, poster.Joined];
    }

    // whether a row is one of those that could not be read is the same draw for all three tables
    private Chance Draws(long post, out bool unreadable)
    {
        var chance = new Chance(seed, Chance.Purpose.Pin, post);
        unreadable = chance.Share(0.007);
        return chance;
    }

    private static string? Kind(ref Chance chance) => chance.Unit() switch
    {
        < 0.002 => null,
        < 0.032 => "video",
        < 0.0945 => MultiVideo,
        _ => "image",
    };

    private static string Image(ref Chance chance, string kind)
    {
        var hex = Convert.ToHexStringLower(Hex(ref chance));
        var path = $"{hex[..2]}/{hex[2..4]}/{hex[4..6]}/{hex}";
        return kind != "image"
            ? $"https://i.pinimg.com/videos/thumbnails/originals/{path}.0000001.jpg"
            : $"https://i.pinimg.com/originals/{path}.{chance.Unit() switch { < 0.835 => "jpg", < 0.993 => "png", < 0.997 => "webp", _ => "gif" }}";
    }

    private static byte[] Hex(ref Chance chance)
    {
        Span<ulong> bits = [chance.Bits(), chance.Bits()];
        return MemoryMarshal.AsBytes(bits).ToArray();
    }
}
