namespace PinScheduler.Stages.Analyze;

/// <summary>How a result is best drawn: `bar x=country y=category_count by=category`; `by` splits it into series.</summary>
internal sealed record Chart(string Kind, string? X = null, string? Y = null, string? By = null)
{
    private static readonly string[] Kinds = ["bar", "line", "table"];
    private static readonly string[] Axes = ["x", "y", "by"];

    public static Chart Parse(string text, IReadOnlyList<string> columns, Func<string, SqlFileException> wrong)
    {
        var words = text.Split([' ', '\t', ','], StringSplitOptions.RemoveEmptyEntries);
        if (!Kinds.Contains(words[0]))
        {
            throw wrong($"chart '{words[0]}' is unknown{DidYouMean.Suffix(words[0], Kinds)}; expected {string.Join(", ", Kinds)}.");
        }

        var axes = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var word in words[1..])
        {
            var (axis, column) = word.Split('=', 2) is [var left, var right] ? (left, right) : throw wrong($"'{word}' in the chart is not axis=column.");
            if (!Axes.Contains(axis) || !axes.TryAdd(axis, column))
            {
                throw wrong($"'{axis}' in the chart must be one of {string.Join(", ", Axes)}, each once.");
            }

            if (columns.Count > 0 && !columns.Contains(column))
            {
                throw wrong($"'{column}' in the chart is none of the columns{DidYouMean.Suffix(column, columns)}; they are {string.Join(", ", columns)}.");
            }
        }

        return words[0] == "table" || (axes.ContainsKey("x") && axes.ContainsKey("y"))
            ? new Chart(words[0], axes.GetValueOrDefault("x"), axes.GetValueOrDefault("y"), axes.GetValueOrDefault("by"))
            : throw wrong($"a {words[0]} chart needs x=COLUMN and y=COLUMN.");
    }
}
