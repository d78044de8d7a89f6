using System.Text.Json;
using PinScheduler.Stages.Analyze;

namespace PinScheduler.Results.Comparing;

/// <summary>GET /api/results/{analysis}/diff: two runs' results side by side.</summary>
internal static class DiffApi
{
    public static void MapDiff(this RouteGroupBuilder results) =>
        results.MapGet("/{analysis}/diff", DiffAsync).WithSummary("Rows added, removed and changed between two runs; by default the last succeeded one and the one before it").ProducesResult();

    private static async Task<IResult> DiffAsync(
        string analysis, string? from, string? to, string? format, HttpRequest request, ResultComparer comparer, CancellationToken cancellationToken)
    {
        ResultQuery.CheckNames(request, "from", "to", "format");
        var csv = ResultQuery.IsCsv(format);
        var (first, last) = (ResultQuery.Run("from", from), ResultQuery.Run("to", to));
        var compared = await comparer.CompareAsync(analysis, first, last, cancellationToken);
        return csv ? TypedResults.Bytes(Csv(compared), CsvResult.ContentType) : TypedResults.Bytes(Json(compared), "application/json; charset=utf-8");
    }

    private static byte[] Json(ComparedResults compared)
    {
        var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Cell.Options))
        {
            writer.WriteStartObject();
            writer.WriteString("analysis", compared.Analysis);
            writer.WriteString("from", compared.From.ToString());
            writer.WriteString("to", compared.To.ToString());
            writer.WriteBoolean("sqlChanged", compared.SqlChanged);
            Names(writer, "columns", compared.Columns);
            Names(writer, "key", compared.Diff.Key.Select(column => compared.Columns[column]));
            writer.WriteNumber("unchanged", compared.Diff.Unchanged);
            Rows(writer, "added", compared.Diff.Added);
            Rows(writer, "removed", compared.Diff.Removed);
            writer.WriteStartArray("changed");
            foreach (var (before, after) in compared.Diff.Changed)
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
    private static byte[] Csv(ComparedResults compared)
    {
        var (columns, diff) = (compared.Columns, compared.Diff);
        var others = Enumerable.Range(0, columns.Count).Except(diff.Key).ToList();
        var text = new CsvText().Names(["change", .. diff.Key.Select(column => columns[column]), .. others.SelectMany(column => new[] { $"{columns[column]}_from", $"{columns[column]}_to" })]);
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
