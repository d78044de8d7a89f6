namespace PinScheduler.Stages.Clean.Rules;

/// <summary>
/// How far values may go: what lies beyond becomes NULL, a longer grouped text rejects its record. They can be narrowed and not widened,
/// for the tables' columns hold no more.
/// </summary>
internal sealed class Bounds
{
    public static Bounds Defaults { get; } = new();

    public int LeastAge { get; set; }

    public int MostAge { get; set; } = 150;

    /// <summary>Degrees north and south of the equator.</summary>
    public int Latitude { get; set; } = 90;

    /// <summary>Degrees east and west of Greenwich.</summary>
    public int Longitude { get; set; } = 180;

    /// <summary>Of an instant in UTC.</summary>
    public int FirstYear { get; set; } = 1000;

    public int LastYear { get; set; } = 9999;

    /// <summary>Code points of a text that is grouped by; an index takes a key of so many whole.</summary>
    public int GroupedLength { get; set; } = 255;

    /// <summary>What is wrong with these, and with the names that somebody has used in the section.</summary>
    public IEnumerable<string> Errors(string section, IEnumerable<string> names)
    {
        var ranges = Ranges();
        return
        [
            .. names.Where(name => !ranges.Any(one => one.Name.Equals(name, StringComparison.OrdinalIgnoreCase))).Select(name => $"'{section}:{name}' is no bound; there are {string.Join(", ", ranges.Select(static one => one.Name))}."),
            .. ranges.Where(static one => one.Value < one.Least || one.Value > one.Most).Select(one => $"'{section}:{one.Name}' is {one.Value}; it must be {one.Least} to {one.Most}."),
        ];
    }

    private (string Name, int Value, int Least, int Most)[] Ranges() =>
        [
            (nameof(LeastAge), LeastAge, Defaults.LeastAge, MostAge),
            (nameof(MostAge), MostAge, LeastAge, Defaults.MostAge),
            (nameof(Latitude), Latitude, 1, Defaults.Latitude),
            (nameof(Longitude), Longitude, 1, Defaults.Longitude),
            (nameof(FirstYear), FirstYear, Defaults.FirstYear, LastYear),
            (nameof(LastYear), LastYear, FirstYear, Defaults.LastYear),
            (nameof(GroupedLength), GroupedLength, 1, Defaults.GroupedLength),
        ];
}
