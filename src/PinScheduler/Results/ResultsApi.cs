using PinScheduler.Results.Checks;
using PinScheduler.Results.Comparing;
using PinScheduler.Results.Trends;

namespace PinScheduler.Results;

/// <summary>GET /api/results, /api/results/{analysis} and what hangs on it; GET /api/runs/{id}/checks.</summary>
internal static class ResultsApi
{
    public static void AddResults(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<ResultReader>().AddSingleton<ResultLookup>().AddSingleton<TrendReader>().AddSingleton<CheckReader>().AddSingleton<ResultComparer>();
    }

    public static void MapResults(this WebApplication app)
    {
        var results = app.MapGroup("/api/results").WithTags("results").AddEndpointFilter(ResultException.FilterAsync);
        results.MapGet("", static async (ResultReader reader, CancellationToken cancellationToken) => TypedResults.Ok(await reader.ListAsync(cancellationToken)))
            .WithSummary("All analyses, how each is best drawn, and the run that its result comes from");
        results.MapGet("/{analysis}", ReadAsync).WithSummary("One analysis's result, of a run or of the last that succeeded, as JSON or CSV").ProducesResult();
        results.MapGet("/{analysis}/plan", PlanAsync).WithSummary("How the server ran an analysis, where the run was asked to keep that (parameter explain)").ProducesResult();
        results.MapDiff();
        results.MapTrend();
        app.MapGroup("/api/runs").WithTags("runs").AddEndpointFilter(ResultException.FilterAsync).MapChecks();
    }

    public static RouteHandlerBuilder ProducesResult(this RouteHandlerBuilder endpoint) => endpoint
        .Produces<string>(200, "application/json", "text/csv")
        .ProducesProblem(404)
        .ProducesProblem(409)
        .ProducesProblem(422);

    private static async Task<IResult> ReadAsync(string analysis, string? run, string? format, HttpRequest request, ResultLookup results, CancellationToken cancellationToken)
    {
        ResultQuery.CheckNames(request, "run", "format");
        var csv = ResultQuery.IsCsv(format);
        var result = await results.OpenAsync(analysis, ResultQuery.Run("run", run), cancellationToken);
        return csv ? new CsvResult(result) : new JsonResult(result);
    }

    private static async Task<IResult> PlanAsync(string analysis, string? run, HttpRequest request, ResultLookup results, ResultReader reader, CancellationToken cancellationToken)
    {
        ResultQuery.CheckNames(request, "run");
        await using var result = await results.OpenAsync(analysis, ResultQuery.Run("run", run), cancellationToken);
        return await reader.PlanAsync(analysis, result.Run, cancellationToken) is { } plan
            ? TypedResults.Ok(plan)
            : throw ResultException.Unknown($"Run {result.Run} was not asked to keep how '{analysis}' ran; start one with the parameter 'explain'.");
    }
}
