using System.Text.Json;
using PinScheduler.Stages.Analyze;

namespace PinScheduler.Results.Comparing;

/// <summary>GET /api/results/{analysis}/diff: two runs' results side by side.</summary>
internal static class DiffApi
{
    // both are held in memory; more than this is for a tool to compare, from two CSVs
    private const int MostRows = 100_000;

    public static void MapDiff(this RouteGroupBuilder results) =>
        results.MapGet("/{analysis}/diff", DiffAsync).WithSummary("Rows added, removed and changed between two runs; by default the last succeeded one and the one before it").ProducesResult();

    private static async Task<IResult> DiffAsync(
        string analysis, string? from, string? to, string? format, HttpRequest request, ResultLookup results, ResultReader reader, SqlTasks tasks, CancellationToken cancellationToken)
    {
        ResultQuery.CheckNames(request, "from", "to", "format");
        var csv = ResultQuery.IsCsv(format);
        var (first, last) = (ResultQuery.Run("from", from), ResultQuery.Run("to", to));
        await using var later = await results.OpenAsync(analysis, last, cancellationToken);
        first ??= await reader.BeforeAsync(analysis, later.Run, cancellationToken)
            ?? throw ResultException.Unknown($"Run {later.Run} is the first with a result of '{analysis}': there is none before it to compare with.");
        await using var earlier = await results.OpenAsync(analysis, first, cancellationToken);
        if (!earlier.Columns.SequenceEqual(later.Columns))
        {
            throw ResultException.WrongState($"The columns of '{analysis}' were {string.Join(", ", earlier.Columns)} in run {earlier.Run} and are {string.Join(", ", later.Columns)} in run {later.Run}: its SQL has changed, and rows of different columns cannot be compared.");
        }

        var before = await RowsAsync(earlier, cancellationToken);
        var after = await RowsAsync(later, cancellationToken);
        var diff = ResultDiff.Of(before, after, KeyColumns.Of(tasks.FindAnalysis(analysis), later.Columns, [.. before, .. after]));
        return csv ? TypedResults.Bytes(Csv(later, diff), CsvResult.ContentType) : TypedResults.Bytes(Json(earlier, later, diff), "application/json; charset=utf-8");
    }

    private static async Task<List<ResultRow>> RowsAsync(StoredResult result, CancellationToken cancellationToken)
    {
        if (result.RowCount > MostRows)
        {
            throw ResultException.Invalid($"Run {result.Run}'s result of '{result.Analysis}' has {result.RowCount} rows, and at most {MostRows} are compared here; take both as CSV (format=csv) and compare those.");
        }

        var rows = new List<ResultRow>((int)result.RowCount);
        await foreach (var cells in result.RowsAsync(cancellationToken))
        {
            rows.Add(new ResultRow(cells));
        }

        return rows;
    }

    private static byte[] Json(StoredResult from, StoredResult to, ResultDiff diff)
    {
        var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Cell.Options))
        {
            writer.WriteStartObject();
            writer.WriteString("analysis", to.Analysis);
            writer.WriteString("from", from.Run.ToString());
            writer.WriteString("to", to.Run.ToString());
            writer.WriteBoolean("sqlChanged", from.SqlHash != to.SqlHash);
            Names(writer, "columns", to.Columns);
            Names(writer, "key", diff.Key.Select(column => to.Columns[column]));
            writer.WriteNumber("unchanged", diff.Unchanged);
            Rows(writer, "added", diff.Added);
            Rows(writer, "removed", diff.Removed);
            writer.WriteStartArray("changed");
            foreach (var (before, after) in diff.Changed)
            {
                writer.WriteStartObject();
                writer.WritePropertyName("from");
                writer.WriteRawValue(before.Text, skipInputValidation: true);
                writer.WritePropertyName("to");
                writer.WriteRawValue(after.Text, skipInputValidation: true);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private static void Names(Utf8JsonWriter writer, string property, IEnumerable<string> names)
    {
        writer.WriteStartArray(property);
        foreach (var name in names)
        {
            writer.WriteStringValue(name);
        }

        writer.WriteEndArray();
    }

    private static void Rows(Utf8JsonWriter writer, string property, IReadOnlyList<ResultRow> rows)
    {
        writer.WriteStartArray(property);
        foreach (var row in rows)
        {
            writer.WriteRawValue(row.Text, skipInputValidation: true);
        }

        writer.WriteEndArray();
    }

    // `change`, the key, then each other column as it was and as it is
    private static byte[] Csv(StoredResult result, ResultDiff diff)
    {
        var others = Enumerable.Range(0, result.Columns.Count).Except(diff.Key).ToList();
        var text = new CsvText().Names(["change", .. diff.Key.Select(column => result.Columns[column]), .. others.SelectMany(column => new[] { $"{result.Columns[column]}_from", $"{result.Columns[column]}_to" })]);
        foreach (var row in diff.Added)
        {
            Add("added", null, row);
        }

        foreach (var row in diff.Removed)
        {
            Add("removed", row, null);
        }

        foreach (var (from, to) in diff.Changed)
        {
            Add("changed", from, to);
        }

        return text.Take();

        void Add(string change, ResultRow? from, ResultRow? to) => text.Row([
            JsonSerializer.SerializeToElement(change),
            .. diff.Key.Select(column => (JsonElement?)(to ?? from)!.Cells[column]),
            .. others.SelectMany(column => new[] { from?.Cells[column], to?.Cells[column] })]);
    }
}
