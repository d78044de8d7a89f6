namespace PinScheduler.Source.Generator;

/// <summary>Which rows are edges: one in so many, at a random place among them, the kinds in turn, so that a small source has all kinds too.</summary>
internal static class EdgeShare
{
    public static int Every(double share) => share <= 0 ? int.MaxValue : Math.Max(1, (int)Math.Round(1 / share));

    /// <summary>The number of the edge that this row is; null when it is none.</summary>
    public static int? Hit(long seed, Chance.Purpose purpose, long number, int every)
    {
        if (every == int.MaxValue || number < 0)
        {
            return null;
        }

        var (group, place) = Math.DivRem(number, every);
        return new Chance(seed, purpose, group).Below(every) == place ? (int)group : null;
    }
}
