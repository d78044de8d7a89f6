using System.Globalization;
using PinScheduler.Dashboard.Pages;
using PinScheduler.Orchestration.Api;
using PinScheduler.Orchestration.Backfill;
using PinScheduler.Orchestration.Runs;

namespace PinScheduler.Dashboard.Acts;

/// <summary>What each act would do now. What would be refused is refused here already.</summary>
internal static class Confirmations
{
    private const int NamesShown = 12;
    private const int DatesShown = 100;

    public static async Task<Confirmation> TriggerAsync(PageRequest request)
    {
        var plan = await request.Get<RunPlanner>().PlanAsync(PipelineActs.Run(request, await request.FormAsync()), request.Aborted);
        var runs = plan.Tasks.Where(static task => task.Runs).Select(static task => task.Key).ToList();
        var parameters = TaskDetail.Named(plan.Parameters, ": ") is { Length: > 0 } named ? $" with {named}" : "";
        return new($"Trigger a run of {plan.Pipeline}", $"A run for {plan.LogicalDate:yyyy-MM-dd}{parameters} {(plan.State == RunState.Running ? "starts at once" : $"will be {plan.State}: {plan.Reason}")}. {Count(runs.Count)} will run: {Names(runs)}.", "Start", TriggerForm.Path(plan.Pipeline));
    }

    public static async Task<Confirmation> PauseAsync(PageRequest request)
    {
        var (until, reason) = PipelineActs.Pause(request, await request.FormAsync());
        var pipeline = await PipelineAsync(request);
        return new($"Pause {pipeline.Key}", $"The schedule starts no run {(until is null ? "until somebody resumes" : $"until {until:yyyy-MM-dd HH:mm} UTC")}{(reason is null ? "" : $", for this reason: {reason}")}. Runs by hand start all the same, and what runs goes on.", "Pause", TriggerForm.Path(pipeline.Key));
    }

    public static async Task<Confirmation> ResumeAsync(PageRequest request)
    {
        var pipeline = await PipelineAsync(request);
        return new($"Resume {pipeline.Key}", $"The schedule starts runs again: {pipeline.Schedule} in {pipeline.TimeZone}.", "Resume", TriggerForm.Path(pipeline.Key));
    }

    public static async Task<Confirmation> BackfillAsync(PageRequest request)
    {
        var asked = PipelineActs.Backfill(request, await request.FormAsync());
        var dates = (await request.Get<Backfills>().PreviewAsync(asked, request.Aborted)).Where(static date => date.Runs).Select(static date => date.Date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)).ToList();
        return new($"Backfill {asked.Pipeline}", dates.Count == 0 ? "Nothing to do: every date has a run that succeeded or is under way." : $"{dates.Count} runs, one after another, oldest first: {string.Join(", ", dates.Take(DatesShown))}{(dates.Count > DatesShown ? " …" : "")}.", $"Start {dates.Count} runs", TriggerForm.Path(asked.Pipeline));
    }

    public static async Task<Confirmation> CancelBackfillAsync(PageRequest request)
    {
        var backfill = await request.Get<Backfills>().GetAsync(PipelineActs.BackfillOf(request), request.Aborted);
        return new($"Cancel backfill {backfill.Id}", CancelSays(backfill), "Cancel it", TriggerForm.Path(backfill.Pipeline));
    }

    public static async Task<Confirmation> RetryAsync(PageRequest request)
    {
        var plan = await request.Get<RunPlanner>().PlanAsync(request.Run, new RunAct(RunAct.Retry), request.Aborted);
        return new($"Retry run {request.Run} from what failed", RetrySays(await request.Get<RunReader>().GetAsync(request.Run, request.Aborted), plan), "Retry", $"/runs/{request.Run}");
    }

    public static async Task<Confirmation> CancelAsync(PageRequest request)
    {
        _ = await request.Get<RunPlanner>().PlanAsync(request.Run, new RunAct(RunAct.Cancel), request.Aborted);
        return new($"Cancel run {request.Run}", CancelSays(await request.Get<RunReader>().GetAsync(request.Run, request.Aborted)), "Cancel the run", $"/runs/{request.Run}");
    }

    public static async Task<Confirmation> RepairAsync(PageRequest request)
    {
        var act = PipelineActs.Repair(request, await request.FormAsync());
        var plan = await request.Get<RunPlanner>().PlanAsync(request.Run, act, request.Aborted);
        return new($"{RepairPart.TitleOf(act)}: {act.Task} of run {request.Run}", $"{Says(plan)}. This stays with the run: {act.Reason}", "Do it", $"/runs/{request.Run}/tasks/{Uri.EscapeDataString(request["task"])}");
    }

    public static string RetrySays(RunView run, ActPlan plan) => $"{Says(plan)}. {run.Tasks!.Count(static task => task.State == TaskState.Succeeded)} that succeeded stay as they are.";

    /// <summary>What an act would do, and how long that takes as a rule.</summary>
    public static string Says(ActPlan plan) => plan.Seconds is { } seconds ? $"{plan.Summary}; about {PageHtml.About(seconds)}, as they usually take" : plan.Summary;

    public static string CancelSays(RunView run)
    {
        var running = run.Tasks!.Where(static task => task.State == TaskState.Running).Select(static task => task.Key).ToList();
        var open = run.Tasks!.Count(static task => !TaskState.IsFinal(task.State)) - running.Count;
        return $"{(running.Count == 0 ? "" : $"{Names(running)} will be stopped. ")}{Count(open)} will not start. What is safely written stays; the run can be retried later.";
    }

    public static string CancelSays(BackfillView backfill) => $"The backfill from {backfill.From:yyyy-MM-dd} to {backfill.To:yyyy-MM-dd} ends, and its open runs are cancelled. Runs that are done stay.";

    private static async Task<PipelineView> PipelineAsync(PageRequest request)
    {
        var key = request.Get<Orchestration.Graph.PipelineCatalog>().Get(request["pipeline"]).Key;
        return (await request.Get<PipelineReader>().ListAsync(request.Aborted)).First(pipeline => pipeline.Key == key);
    }

    private static string Count(int tasks) => tasks == 1 ? "1 task" : $"{tasks} tasks";

    private static string Names(List<string> keys) => string.Join(", ", keys.Take(NamesShown)) + (keys.Count > NamesShown ? $" and {keys.Count - NamesShown} more" : "");
}
