using System.Globalization;
using PinScheduler.Stages.Analyze;

namespace PinScheduler.Results.Checks;

/// <summary>GET /api/runs/{id}/checks and /api/runs/{id}/checks/{check}.</summary>
internal static class ChecksApi
{
    public static void MapChecks(this RouteGroupBuilder runs)
    {
        runs.MapGet("/{id}/checks", ListAsync).WithSummary("What each check found in a run").ProducesProblem(404);
        runs.MapGet("/{id}/checks/{check}", GetAsync).WithSummary("One check of a run, with the first thousand rows that break its rule").ProducesProblem(404);
    }

    private static async Task<IResult> ListAsync(string id, CheckReader checks, ResultReader results, CancellationToken cancellationToken) =>
        TypedResults.Ok(await checks.ListAsync(await RunAsync(id, results, cancellationToken), cancellationToken));

    private static async Task<IResult> GetAsync(string id, string check, CheckReader checks, ResultReader results, SqlTasks tasks, CancellationToken cancellationToken)
    {
        var run = await RunAsync(id, results, cancellationToken);
        return await checks.GetAsync(run, check, cancellationToken) is { } found
            ? TypedResults.Ok(found)
            : throw ResultException.Unknown(tasks.Checks.Any(task => task.File.Name == check)
                ? $"Check '{check}' has not run in run {run}."
                : $"There is no check '{check}'{DidYouMean.Suffix(check, tasks.Checks.Select(static task => task.File.Name))}; see the checks of run {run}.");
    }

    private static async Task<long> RunAsync(string id, ResultReader results, CancellationToken cancellationToken) =>
        long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var run) && await results.StateOfAsync(run, cancellationToken) is not null
            ? run
            : throw ResultException.Unknown($"There is no run '{id}'; see the list of runs.");
}
