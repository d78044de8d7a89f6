using System.Globalization;
using PinScheduler.Orchestration.Backfill;
using PinScheduler.Orchestration.Graph;

namespace PinScheduler.Orchestration.Api;

/// <summary>/api/pipelines/{pipeline}/backfill and /api/backfills.</summary>
internal static class BackfillsApi
{
    private const int MostListed = 100;

    public static void MapBackfills(this RouteGroupBuilder api)
    {
        api.MapPost("/pipelines/{pipeline}/backfill", StartAsync).WithSummary("Runs a range of logical dates, oldest first; dates that have been done are left out unless forced");
        api.MapGet("/backfills", ListAsync).WithSummary("Backfills, newest first");
        api.MapGet("/backfills/{id}", GetAsync).WithSummary("One backfill with its runs");
        api.MapPost("/backfills/{id}/cancel", CancelAsync).WithSummary("Ends a backfill and cancels its open runs");
    }

    private static async Task<IResult> StartAsync(string pipeline, HttpRequest request, PipelineCatalog pipelines, Backfills backfills, CancellationToken cancellationToken)
    {
        _ = pipelines.Get(pipeline);
        var body = await RequestBody.ReadAsync(request, ["from", "to", "parameters", "parallel", "force", "requestedBy"], cancellationToken);
        var id = await backfills.StartAsync(new BackfillRequest
        {
            Pipeline = pipeline,
            From = body.Date("from") ?? throw RefusedException.Invalid("'from' is missing; give the first logical date, such as \"2026-11-01\"."),
            To = body.Date("to") ?? throw RefusedException.Invalid("'to' is missing; give the last logical date, such as \"2026-11-22\"."),
            Parameters = body.Object("parameters"),
            Parallel = body.Whole("parallel") ?? 1,
            Force = body.Boolean("force") ?? false,
            RequestedBy = body.Text("requestedBy", 200),
        }, cancellationToken);
        return TypedResults.Accepted($"/api/backfills/{id}", await backfills.GetAsync(id, cancellationToken));
    }

    private static async Task<IResult> ListAsync(PipelineCatalog pipelines, Backfills backfills, CancellationToken cancellationToken, string? pipeline = null)
    {
        _ = pipeline is null ? null : pipelines.Get(pipeline);
        return TypedResults.Ok(await backfills.ListAsync(pipeline, MostListed, cancellationToken));
    }

    private static async Task<IResult> GetAsync(string id, Backfills backfills, CancellationToken cancellationToken) => TypedResults.Ok(await backfills.GetAsync(IdOf(id), cancellationToken));

    private static async Task<IResult> CancelAsync(string id, HttpRequest request, Backfills backfills, CancellationToken cancellationToken)
    {
        await RequestBody.ReadAsync(request, [], cancellationToken);
        await backfills.CancelAsync(IdOf(id), cancellationToken);
        return TypedResults.Accepted($"/api/backfills/{id}", await backfills.GetAsync(IdOf(id), cancellationToken));
    }

    private static long IdOf(string id) => long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var backfill)
        ? backfill
        : throw RefusedException.Unknown($"There is no backfill '{id}'; see the list of backfills.");
}
