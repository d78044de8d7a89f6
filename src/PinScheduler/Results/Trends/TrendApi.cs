using System.Text.Json;

namespace PinScheduler.Results.Trends;

/// <summary>GET /api/results/{analysis}/trend: `?column=category_count&amp;key.post_year=2022&amp;key.category=art`, one number a run.</summary>
internal static class TrendApi
{
    private const string KeyPrefix = "key.";
    private const int DefaultRuns = 100;
    private const int MostRuns = 1000;
    private static readonly string[] Own = ["column", "limit", "format"];

    public static void MapTrend(this RouteGroupBuilder results) =>
        results.MapGet("/{analysis}/trend", TrendAsync).WithSummary("One figure of an analysis over its runs: a column of the row that key.COLUMN=VALUE names, or the number of rows").ProducesResult();

    private static async Task<IResult> TrendAsync(
        string analysis, string? column, string? limit, string? format, HttpRequest request, ResultLookup results, TrendReader trends, CancellationToken cancellationToken)
    {
        var csv = ResultQuery.IsCsv(format);
        var runs = ResultQuery.Limit(limit, MostRuns, DefaultRuns);
        IReadOnlyList<string> columns;
        await using (var last = await results.OpenAsync(analysis, run: null, cancellationToken))
        {
            columns = last.Columns;
        }

        var key = KeyOf(request, columns);
        if (column is null ? key.Count > 0 : !columns.Contains(column))
        {
            throw ResultException.Invalid($"'column' is '{column}'{DidYouMean.Suffix(column ?? "", columns)}; it must be the figure's: {string.Join(", ", columns.Except(key.Keys))}. Without column and key the number of rows is followed.");
        }

        var trend = await trends.ReadAsync(analysis, column, key, runs, cancellationToken);
        return csv ? TypedResults.Bytes(Csv(trend), CsvResult.ContentType) : TypedResults.Ok(trend);
    }

    private static Dictionary<string, string> KeyOf(HttpRequest request, IReadOnlyList<string> columns)
    {
        var key = new Dictionary<string, string>(StringComparer.Ordinal);
        var known = Own.Concat(columns.Select(static column => KeyPrefix + column)).ToList();
        foreach (var (name, value) in request.Query.Where(static pair => !Own.Contains(pair.Key)))
        {
            if (!known.Contains(name))
            {
                throw columns.Contains(name) ? ResultException.Invalid($"'{name}' is a column: a row is named by it with '{KeyPrefix}{name}'.") : ResultQuery.Unknown(name, known);
            }

            key[name[KeyPrefix.Length..]] = value.ToString();
        }

        return key;
    }

    private static byte[] Csv(Trend trend)
    {
        var text = new CsvText().Names(["run", "logical_date", "ended_at", trend.Column ?? "rows"]);
        foreach (var point in trend.Points)
        {
            text.Row([Element(point.Run), Element(point.LogicalDate), Element(point.EndedAt), point.Value]);
        }

        return text.Take();
    }

    private static JsonElement? Element<T>(T value) => JsonSerializer.SerializeToElement(value);
}
