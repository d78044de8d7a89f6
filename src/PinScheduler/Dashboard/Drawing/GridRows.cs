using System.Text;

namespace PinScheduler.Dashboard.Drawing;

/// <summary>Rows of a pipeline's grid: a cell for each run of each task. One path a row and state, so that 16,000 cells are some hundred shapes.</summary>
internal static class GridRows
{
    public const int Column = 12;
    public const int Row = 20;
    private const int Side = 10;

    /// <param name="columns">The runs' ids from left to right.</param>
    /// <param name="rows">By task, the state of each run in which it was.</param>
    /// <param name="titles">Of the tasks, in the rows' order.</param>
    public static PageHtml Of(IReadOnlyList<string> columns, IReadOnlyList<IReadOnlyDictionary<long, string>> rows, IReadOnlyList<string> titles)
    {
        var places = columns.Index().ToDictionary(static column => long.Parse(column.Item), static column => column.Index);
        var shapes = new StringBuilder();
        foreach (var (index, row) in rows.Index())
        {
            foreach (var state in row.GroupBy(static cell => cell.Value, static cell => cell.Key))
            {
                shapes.Append("<path class=\"ps-fill-").Append(state.Key).Append("\" d=\"");
                foreach (var run in state)
                {
                    shapes.Append('M').Append((places[run] * Column) + 1).Append(' ').Append((index * Row) + 5).Append('h').Append(Side).Append('v').Append(Side).Append("h-").Append(Side).Append('z');
                }

                shapes.Append("\"/>");
            }
        }

        return new PageHtml()
            .Add($"<svg class=\"ps-cells\" width=\"{columns.Count * Column}\" height=\"{rows.Count * Row}\" data-ps-cells=\"{string.Join(' ', titles)}\" role=\"img\" aria-label=\"{Say(rows, titles)}\">")
            .AddNumbers(shapes)
            .Add($"</svg>");
    }

    /// <summary>Of several tasks of a run, the state that says most.</summary>
    public static string Worst(IEnumerable<string> states) => states.MinBy(static state => Array.IndexOf(Gravity, state) is >= 0 and var place ? place : Gravity.Length)!;

    private static readonly string[] Gravity = ["failed", "running", "retrying", "queued", "waiting", "cancelled", "upstream_failed", "succeeded", "skipped"];

    private static string Say(IReadOnlyList<IReadOnlyDictionary<long, string>> rows, IReadOnlyList<string> titles) => string.Join("; ", rows.Zip(titles, static (row, title) =>
        $"{title}: {string.Join(", ", row.Values.CountBy(static state => state).Select(static state => $"{state.Value} {state.Key}"))}"));
}
