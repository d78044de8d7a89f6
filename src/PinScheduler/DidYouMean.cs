namespace PinScheduler;

/// <summary>The known name that a mistyped one probably stands for.</summary>
internal static class DidYouMean
{
    /// <summary>`; did you mean 'title'?`, or nothing when no name is near.</summary>
    public static string Suffix(string typed, IEnumerable<string> known) => Nearest(typed, known) is { } name ? $"; did you mean '{name}'?" : "";

    /// <summary>" Did you mean 'title'?", or nothing when no name is near.</summary>
    public static string Sentence(string typed, IEnumerable<string> known) => Nearest(typed, known) is { } name ? $" Did you mean '{name}'?" : "";

    public static string? Nearest(string typed, IEnumerable<string> known)
    {
        // a third of the letters: more, and the guess is no help
        var limit = Math.Max(2, typed.Length / 3);
        return known.Select(name => (name, distance: Distance(typed, name)))
            .Where(found => found.distance <= limit)
            .OrderBy(static found => found.distance)
            .Select(static found => found.name)
            .FirstOrDefault();
    }

    private static int Distance(string left, string right)
    {
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var replaced = diagonal + (char.ToLowerInvariant(left[i - 1]) == char.ToLowerInvariant(right[j - 1]) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}
