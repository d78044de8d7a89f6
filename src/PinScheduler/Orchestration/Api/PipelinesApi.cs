using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using PinScheduler.Orchestration.Graph;
using PinScheduler.Orchestration.Runs;
using PinScheduler.Orchestration.Schedule;

namespace PinScheduler.Orchestration.Api;

/// <summary>/api/pipelines: what there is, trigger, pause, resume.</summary>
internal static class PipelinesApi
{
    private static readonly string[] Fields = ["logicalDate", "parameters", "only", "requestedBy", "trigger"];
    private static readonly string[] Triggers = [TriggerKind.Api, TriggerKind.Cli, TriggerKind.Manual];

    public static void MapPipelines(this RouteGroupBuilder api)
    {
        api.MapGet("/pipelines", ListAsync).WithSummary("The pipelines with their tasks and parameters");
        api.MapPost("/pipelines/{pipeline}/runs", TriggerAsync).WithSummary("Starts a run; Idempotency-Key makes a repeated call harmless");
        api.MapPost("/pipelines/{pipeline}/plan", PlanAsync).WithSummary("What such a run would do: its tasks in order, its parameters, the schedule's next instants; starts nothing");
        api.MapPost("/pipelines/{pipeline}/pause", PauseAsync).WithSummary("Keeps the schedule from starting runs");
        api.MapPost("/pipelines/{pipeline}/resume", ResumeAsync).WithSummary("Lets the schedule start runs again");
    }

    private static async Task<IResult> ListAsync(PipelineReader reader, CancellationToken cancellationToken) => TypedResults.Ok(await reader.ListAsync(cancellationToken));

    private static async Task<IResult> TriggerAsync(string pipeline, HttpRequest request, PipelineCatalog pipelines, RunStarter starter, RunReader reader, CancellationToken cancellationToken)
    {
        _ = pipelines.Get(pipeline);
        var body = await RequestBody.ReadAsync(request, Fields, cancellationToken);
        var (run, isNew) = await starter.StartAsync(RequestOf(pipeline, body) with { Idempotency = KeyOf(request, body) }, cancellationToken);
        var shown = await reader.GetAsync(run, cancellationToken);
        return isNew ? TypedResults.Accepted($"/api/runs/{run}", shown) : TypedResults.Ok(shown);
    }

    private static async Task<IResult> PlanAsync(string pipeline, HttpRequest request, PipelineCatalog pipelines, RunPlanner planner, CancellationToken cancellationToken)
    {
        _ = pipelines.Get(pipeline);
        var body = await RequestBody.ReadAsync(request, Fields, cancellationToken);
        return TypedResults.Ok(await planner.PlanAsync(RequestOf(pipeline, body), cancellationToken));
    }

    private static RunRequest RequestOf(string pipeline, RequestBody body) => new()
    {
        Pipeline = pipeline,
        Trigger = TriggerOf(body),
        RequestedBy = body.Text("requestedBy", 200),
        LogicalDate = body.Date("logicalDate"),
        Parameters = body.Object("parameters"),
        Only = OnlyOf(body),
    };

    private static async Task<IResult> PauseAsync(string pipeline, HttpRequest request, PipelinePause pause, CancellationToken cancellationToken)
    {
        var body = await RequestBody.ReadAsync(request, ["by", "reason", "until"], cancellationToken);
        DateTime? until = body["until"] is not { } given ? null
            : given.ValueKind == JsonValueKind.String && given.TryGetDateTimeOffset(out var instant) ? instant.UtcDateTime
            : throw RefusedException.Invalid($"'until' is {given.GetRawText()}; it must be a time such as \"2026-11-22T06:00:00Z\".");
        await pause.PauseAsync(pipeline, body.Text("by", 200), body.Text("reason", 1000), until, cancellationToken);
        return TypedResults.Ok(new { pipeline, paused = true, until });
    }

    private static async Task<IResult> ResumeAsync(string pipeline, HttpRequest request, PipelinePause pause, CancellationToken cancellationToken)
    {
        await RequestBody.ReadAsync(request, [], cancellationToken);
        await pause.ResumeAsync(pipeline, cancellationToken);
        return TypedResults.Ok(new { pipeline, paused = false });
    }

    private static string TriggerOf(RequestBody body) => body.Text("trigger", 20) switch
    {
        null => TriggerKind.Api,
        { } given when Triggers.Contains(given) => given,
        { } other => throw RefusedException.Invalid($"'trigger' is '{other}'; it may be {string.Join(", ", Triggers)}."),
    };

    private static List<string>? OnlyOf(RequestBody body) => body["only"] is not { } given ? null
        : given.ValueKind == JsonValueKind.Array && given.EnumerateArray().All(key => key.ValueKind == JsonValueKind.String) ? [.. given.EnumerateArray().Select(key => key.GetString()!)]
        : throw RefusedException.Invalid($"'only' is {given.GetRawText()}; it must be a list of task keys such as [\"clean-pin\"].");

    private static IdempotencyKey? KeyOf(HttpRequest request, RequestBody body) => request.Headers["Idempotency-Key"].ToString() switch
    {
        "" => null,
        { Length: <= 200 } key => new IdempotencyKey(key, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(body.Canonical())))),
        { } key => throw RefusedException.Malformed($"'Idempotency-Key' has {key.Length} characters; 200 at most."),
    };
}
