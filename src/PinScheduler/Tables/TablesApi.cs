using System.Globalization;

namespace PinScheduler.Tables;

/// <summary>GET /api/warehouse/tables and /api/warehouse/tables/{table}.</summary>
internal static class TablesApi
{
    private const int DefaultSamples = 100;
    private const int MostSamples = 2000;

    public static void AddTables(this IServiceCollection services) =>
        services.AddSingleton<TableGroups>().AddSingleton<TableReader>().AddSingleton<TableSampler>().AddHostedService(static provider => provider.GetRequiredService<TableSampler>());

    public static void MapTables(this WebApplication app)
    {
        var tables = app.MapGroup("/api/warehouse/tables").WithTags("warehouse");
        tables.MapGet("", static async (TableReader reader, CancellationToken cancellationToken) => TypedResults.Ok(await reader.ListAsync(cancellationToken)))
            .WithSummary("The tables, largest first: rows (estimated), bytes, and how much each grew by the last run");
        tables.MapGet("/{table}", ReadAsync).WithSummary("How large a table was after each of the last runs, newest first").Produces<IReadOnlyList<TableSample>>().ProducesProblem(404).ProducesProblem(422);
    }

    private static async Task<IResult> ReadAsync(string table, string? limit, TableReader reader, CancellationToken cancellationToken)
    {
        var most = DefaultSamples;
        if (limit is not null && (!int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out most) || most is < 1 or > MostSamples))
        {
            return TypedResults.Problem($"'limit' is '{limit}'; it must be a whole number from 1 to {MostSamples}.", statusCode: StatusCodes.Status422UnprocessableEntity);
        }

        var samples = (await reader.HistoryAsync(table, most, cancellationToken))[table].ToList();
        if (samples.Count > 0)
        {
            return TypedResults.Ok(samples);
        }

        var there = (await reader.ListAsync(cancellationToken)).Select(static one => one.Table).ToList();
        return there.Contains(table)
            ? TypedResults.Ok(samples)
            : TypedResults.Problem($"There is no table '{table}'{DidYouMean.Suffix(table, there)}; see the list of tables.", statusCode: StatusCodes.Status404NotFound);
    }
}
