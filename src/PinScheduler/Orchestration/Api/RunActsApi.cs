using System.Globalization;
using PinScheduler.Orchestration.Runs;

namespace PinScheduler.Orchestration.Api;

/// <summary>What is done to a run by hand, and the plan of it.</summary>
internal static class RunActsApi
{
    public static void MapRunActs(this RouteGroupBuilder api)
    {
        api.MapPost("/runs/{id}/retry", RetryAsync).WithSummary("Does the failed and cancelled tasks again; what is done stays");
        api.MapPost("/runs/{id}/cancel", CancelAsync).WithSummary("Stops a run");
        api.MapPost("/runs/{id}/tasks/{task}/rerun", RerunAsync).WithSummary("Does a task of an ended run again; with below, all below it too");
        api.MapPost("/runs/{id}/tasks/{task}/succeed", SucceedAsync).WithSummary("Marks a task as succeeded; what waits for it goes on");
        api.MapPost("/runs/{id}/tasks/{task}/skip", SkipAsync).WithSummary("Leaves a task out; what waits for it waits for what it waited for");
        api.MapGet("/runs/{id}/plan", PlanAsync).WithSummary("What an act (retry, cancel, rerun, succeed, skip) would do; changes nothing");
    }

    private static Task<IResult> RetryAsync(string id, HttpRequest request, RunControl control, RunReader reader, CancellationToken cancellationToken) =>
        ActAsync(id, new RunAct(RunAct.Retry), request, control, reader, cancellationToken);

    private static Task<IResult> CancelAsync(string id, HttpRequest request, RunControl control, RunReader reader, CancellationToken cancellationToken) =>
        ActAsync(id, new RunAct(RunAct.Cancel), request, control, reader, cancellationToken);

    private static Task<IResult> RerunAsync(string id, string task, HttpRequest request, RunControl control, RunReader reader, CancellationToken cancellationToken) =>
        ActAsync(id, new RunAct(RunAct.Rerun, task), request, control, reader, cancellationToken);

    private static Task<IResult> SucceedAsync(string id, string task, HttpRequest request, RunControl control, RunReader reader, CancellationToken cancellationToken) =>
        ActAsync(id, new RunAct(RunAct.Succeed, task), request, control, reader, cancellationToken);

    private static Task<IResult> SkipAsync(string id, string task, HttpRequest request, RunControl control, RunReader reader, CancellationToken cancellationToken) =>
        ActAsync(id, new RunAct(RunAct.Skip, task), request, control, reader, cancellationToken);

    private static async Task<IResult> ActAsync(string id, RunAct act, HttpRequest request, RunControl control, RunReader reader, CancellationToken cancellationToken)
    {
        var run = RunsApi.IdOf(id);
        var body = await RequestBody.ReadAsync(request, act.Kind == RunAct.Rerun ? ["below", "by", "reason"] : ["by", "reason"], cancellationToken);
        act = act with { Below = body.Boolean("below") ?? false, By = body.Text("by", 200), Reason = body.Text("reason", 900) };
        if (act.Kind is RunAct.Succeed or RunAct.Skip && string.IsNullOrWhiteSpace(act.Reason))
        {
            throw RefusedException.Invalid("'reason' is missing; say why, for whoever reads the run later, such as \"loaded by hand\".");
        }

        await control.ActAsync(run, act, cancellationToken);
        return TypedResults.Accepted($"/api/runs/{run.ToString(CultureInfo.InvariantCulture)}", await reader.GetAsync(run, cancellationToken));
    }

    private static async Task<IResult> PlanAsync(string id, RunPlanner planner, CancellationToken cancellationToken, string act = RunAct.Retry, string? task = null, bool below = false) =>
        TypedResults.Ok(await planner.PlanAsync(RunsApi.IdOf(id), new RunAct(act, task, below), cancellationToken));
}
