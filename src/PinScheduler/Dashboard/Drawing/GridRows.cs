using System.Text;

namespace PinScheduler.Dashboard.Drawing;

/// <summary>Rows of a pipeline's grid: a cell for each run of each task. Neighbours of one state are one line, which the style sheet dashes into cells, so that 16,000 of them are some hundred strokes.</summary>
internal static class GridRows
{
    public const int Column = 12;
    public const int Row = 20;

    // pages.css has a cell's side, and the gap to the next
    private const int Side = 10;

    /// <param name="columns">How many runs there are.</param>
    /// <param name="rows">By task the state in each of them; null where it was not in it.</param>
    /// <param name="titles">Of the tasks, in the rows' order.</param>
    public static PageHtml Of(int columns, IReadOnlyList<string?[]> rows, IReadOnlyList<string> titles)
    {
        var (shapes, says) = (new StringBuilder(), new List<string>());
        foreach (var (index, row) in rows.Index())
        {
            var states = row.OfType<string>().CountBy(static state => state).ToList();
            foreach (var (state, _) in states)
            {
                shapes.Append("<path class=\"ps-fill-").Append(state).Append("\" d=\"");
                AddLines(shapes, row, state, (index * Row) + (Row / 2));
                shapes.Append("\"/>");
            }

            says.Add($"{titles[index]}: {string.Join(", ", states.Select(static state => $"{state.Value} {state.Key}"))}");
        }

        return new PageHtml()
            .Add($"<svg class=\"ps-cells\" width=\"{columns * Column}\" height=\"{rows.Count * Row}\" data-ps-cells=\"{string.Join(' ', titles)}\" role=\"img\" aria-label=\"{string.Join("; ", says)}\">")
            .AddNumbers(shapes)
            .Add($"</svg>");
    }

    /// <summary>Of several tasks, by run, the state that says most.</summary>
    public static string?[] Worst(int columns, IReadOnlyList<string?[]> rows)
    {
        var worst = new string?[columns];
        foreach (var row in rows)
        {
            for (var place = 0; place < columns; place++)
            {
                if (row[place] != worst[place] && Weight(row[place]) < Weight(worst[place]))
                {
                    worst[place] = row[place];
                }
            }
        }

        return worst;
    }

    private static readonly string[] Gravity = ["failed", "running", "retrying", "queued", "waiting", "cancelled", "upstream_failed", "succeeded", "skipped"];

    private static int Weight(string? state) => state is null ? int.MaxValue : Array.IndexOf(Gravity, state) is >= 0 and var place ? place : Gravity.Length;

    private static void AddLines(StringBuilder shapes, string?[] row, string state, int middle)
    {
        for (var place = 0; place < row.Length; place++)
        {
            if (row[place] != state)
            {
                continue;
            }

            var first = place;
            while (place + 1 < row.Length && row[place + 1] == state)
            {
                place++;
            }

            shapes.Append('M').Append((first * Column) + 1).Append(' ').Append(middle).Append('h').Append(((place - first) * Column) + Side);
        }
    }
}
