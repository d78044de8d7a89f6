using System.Globalization;
using Microsoft.AspNetCore.Http.Extensions;
using PinScheduler.Orchestration.Graph;
using PinScheduler.Orchestration.Runs;

namespace PinScheduler.Orchestration.Api;

/// <summary>/api/runs: list and one.</summary>
internal static class RunsApi
{
    private const int DefaultLimit = 50;
    private const int MostLimit = 500;

    public static void MapRuns(this RouteGroupBuilder api)
    {
        api.MapGet("/runs", ListAsync).WithSummary("Runs, newest first; from and to are logical dates");
        api.MapGet("/runs/{id}", GetAsync).WithSummary("One run with its tasks");
    }

    /// <exception cref="RefusedException">No run can have such an id.</exception>
    public static long IdOf(string id) => long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var run)
        ? run
        : throw RefusedException.Unknown($"There is no run '{id}'; see the list of runs.");

    private static async Task<IResult> ListAsync(
        HttpContext http, PipelineCatalog pipelines, RunReader reader, CancellationToken cancellationToken, string? pipeline = null, string? state = null, string? from = null, string? to = null, string? before = null, string? limit = null)
    {
        _ = pipeline is null ? null : pipelines.Get(pipeline);
        if (state is not null && !RunState.All.Contains(state))
        {
            throw RefusedException.Invalid($"'state' is '{state}'; it may be {string.Join(", ", RunState.All)}.{DidYouMean.Sentence(state, RunState.All)}");
        }

        var most = Number("limit", limit, 1, MostLimit) ?? DefaultLimit;
        // one more than asked for says whether there is a next page
        var runs = await reader.ListAsync(pipeline, state, Date("from", from), Date("to", to), Number("before", before, 1, long.MaxValue), (int)most + 1, cancellationToken);
        if (runs.Count > most)
        {
            var next = new QueryBuilder(http.Request.Query.Where(pair => pair.Key is not ("before" or "limit")).Select(pair => KeyValuePair.Create(pair.Key, pair.Value.ToString())))
            {
                { "limit", most.ToString() },
                { "before", runs[(int)most - 1].Id },
            };
            http.Response.Headers.Link = $"<{http.Request.Path}{next}>; rel=\"next\"";
        }

        return TypedResults.Ok(runs.Take((int)most));
    }

    private static async Task<IResult> GetAsync(string id, RunReader reader, CancellationToken cancellationToken) => TypedResults.Ok(await reader.GetAsync(IdOf(id), cancellationToken));

    private static DateOnly? Date(string name, string? given) => given is null ? null
        : DateOnly.TryParseExact(given, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) ? date
        : throw RefusedException.Invalid($"'{name}' is '{given}'; it must be a date such as 2026-11-22.");

    private static long? Number(string name, string? given, long least, long most) => given is null ? null
        : long.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number
        : throw RefusedException.Invalid($"'{name}' is '{given}'; it must be a whole number from {least} to {most}.");
}
