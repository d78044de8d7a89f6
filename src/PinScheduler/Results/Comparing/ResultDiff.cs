namespace PinScheduler.Results.Comparing;

/// <summary>What is different between two results of one analysis: rows are the same row where their key columns are equal.</summary>
/// <param name="Key">The positions of the key columns.</param>
/// <param name="Added">In the order of the later result.</param>
/// <param name="Removed">In the order of the earlier result.</param>
/// <param name="Changed">Equal in the key, different elsewhere; in the order of the later result.</param>
/// <param name="Unchanged">How many rows are equal in all columns.</param>
internal sealed record ResultDiff(IReadOnlyList<int> Key, IReadOnlyList<ResultRow> Added, IReadOnlyList<ResultRow> Removed, IReadOnlyList<(ResultRow From, ResultRow To)> Changed, long Unchanged)
{
    /// <summary>Rows of one key more than once are matched with equal ones first, then in their order.</summary>
    public static ResultDiff Of(IReadOnlyList<ResultRow> from, IReadOnlyList<ResultRow> to, IReadOnlyList<int> key)
    {
        var equals = Waiting(from, static row => row.Text);
        var different = to.Where(row => Take(equals, row.Text) is null).ToList();
        var before = equals.Values.SelectMany(static rows => rows).ToHashSet();

        var sameKeys = Waiting(from.Where(before.Contains), row => row.KeyOf(key));
        var (added, changed) = (new List<ResultRow>(), new List<(ResultRow, ResultRow)>());
        foreach (var row in different)
        {
            if (Take(sameKeys, row.KeyOf(key)) is { } was)
            {
                changed.Add((was, row));
                before.Remove(was);
            }
            else
            {
                added.Add(row);
            }
        }

        return new ResultDiff(key, added, [.. from.Where(before.Contains)], changed, to.Count - different.Count);
    }

    private static Dictionary<string, Queue<ResultRow>> Waiting(IEnumerable<ResultRow> rows, Func<ResultRow, string> by) =>
        rows.GroupBy(by).ToDictionary(static group => group.Key, static group => new Queue<ResultRow>(group), StringComparer.Ordinal);

    private static ResultRow? Take(Dictionary<string, Queue<ResultRow>> waiting, string by) =>
        waiting.TryGetValue(by, out var rows) && rows.TryDequeue(out var row) ? row : null;
}
