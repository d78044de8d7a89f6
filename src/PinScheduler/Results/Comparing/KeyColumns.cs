using System.Text.Json;
using PinScheduler.Stages.Analyze;

namespace PinScheduler.Results.Comparing;

/// <summary>By which columns a result's rows are told apart.</summary>
internal static class KeyColumns
{
    /// <summary>Those of the header's `key`; without one, those that the chart groups by or that hold other things than numbers; without any, all.</summary>
    public static IReadOnlyList<int> Of(SqlTaskFile? file, IReadOnlyList<string> columns, IReadOnlyList<ResultRow> rows)
    {
        if (file?.Key is { Count: > 0 } declared && declared.All(columns.Contains))
        {
            return [.. declared.Select(name => columns.ToList().IndexOf(name))];
        }

        var all = Enumerable.Range(0, columns.Count).ToList();
        var grouping = all.Where(column => columns[column] == file?.Chart?.X || columns[column] == file?.Chart?.By || rows.Any(row => row.Cells[column].ValueKind is not (JsonValueKind.Number or JsonValueKind.Null))).ToList();
        return grouping.Count > 0 ? grouping : all;
    }
}
