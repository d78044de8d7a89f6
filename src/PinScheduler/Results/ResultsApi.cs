using Microsoft.AspNetCore.Http.HttpResults;
using PinScheduler.Stages.Analyze;

namespace PinScheduler.Results;

/// <summary>GET /api/results and /api/results/{analysis}.</summary>
internal static class ResultsApi
{
    private static readonly string[] Formats = ["json", "csv"];
    private static readonly string[] Parameters = ["run", "format"];

    public static void AddResults(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<ResultReader>();
    }

    public static void MapResults(this WebApplication app)
    {
        var results = app.MapGroup("/api/results").WithTags("results");
        results.MapGet("", static async (ResultReader reader, CancellationToken cancellationToken) => TypedResults.Ok(await reader.ListAsync(cancellationToken)))
            .WithSummary("All analyses, and for each the run that its result comes from");
        results.MapGet("/{analysis}", ReadAsync).WithSummary("One analysis's result, of a run or of the last that succeeded, as JSON or CSV")
            .Produces<string>(200, "application/json", "text/csv")
            .ProducesProblem(404)
            .ProducesProblem(409)
            .ProducesProblem(422);
    }

    private static async Task<IResult> ReadAsync(string analysis, string? run, string? format, HttpRequest request, ResultReader reader, SqlTasks tasks, CancellationToken cancellationToken)
    {
        if (request.Query.Keys.FirstOrDefault(static key => !Parameters.Contains(key)) is { } unknown)
        {
            return Problem(422, $"Unknown parameter '{unknown}'{DidYouMean.Suffix(unknown, Parameters)}; there are {string.Join(" and ", Parameters)}.");
        }

        if (format is not null && !Formats.Contains(format))
        {
            return Problem(422, $"'format' is '{format}'; it must be json or csv.");
        }

        long? wanted = null;
        if (run is not null)
        {
            if (!long.TryParse(run, out var number) || number < 1)
            {
                return Problem(422, $"'run' is '{run}'; it must be the number of a run.");
            }

            wanted = number;
        }

        var result = wanted is { } id ? await reader.OpenAsync(analysis, id, cancellationToken) : await reader.OpenLastAsync(analysis, cancellationToken);
        return result is null
            ? await ExplainAsync(analysis, wanted, reader, tasks, cancellationToken)
            : format == "csv" ? new CsvResult(result) : new JsonResult(result);
    }

    private static async Task<IResult> ExplainAsync(string analysis, long? run, ResultReader reader, SqlTasks tasks, CancellationToken cancellationToken)
    {
        if (tasks.FindAnalysis(analysis) is null)
        {
            var names = tasks.Analyses.Select(static task => task.File.Name).ToList();
            return Problem(404, $"There is no analysis '{analysis}'{DidYouMean.Suffix(analysis, names)}; GET /api/results lists all.");
        }

        if (run is not { } id)
        {
            return Problem(404, $"'{analysis}' has no result yet: no run of it has succeeded. Start one with POST /api/pipelines/nightly/runs.");
        }

        return await reader.StateOfAsync(id, cancellationToken) switch
        {
            null => Problem(404, $"There is no run '{id}'; GET /api/runs lists them."),
            "succeeded" => Problem(404, $"Run {id} has no result of '{analysis}': it was not among its tasks."),
            var state => Problem(409, $"Run {id} is {state}: its results appear when it has succeeded."),
        };
    }

    private static ProblemHttpResult Problem(int status, string detail) => TypedResults.Problem(detail, statusCode: status);
}
