using Hangfire.Dashboard;
using PinScheduler.Dashboard.Acts;
using PinScheduler.Orchestration;
using PinScheduler.Orchestration.Runs;

namespace PinScheduler.Dashboard.Pages;

/// <summary>What can be done about one task by hand: each says what it would do now, and takes a reason that stays with the run.</summary>
internal static class RepairPart
{
    /// <summary>How a task is run again with all that is below it, beside the names of <see cref="RunAct"/>.</summary>
    public const string WithAllBelow = "rerun-below";

    private static readonly (string Value, string Title)[] Acts =
        [(RunAct.Rerun, "Run it again"), (WithAllBelow, "Run it and all below it again"), (RunAct.Succeed, "Mark it as succeeded"), (RunAct.Skip, "Skip it")];

    public static RunAct ActOf(string value, string task) => value == WithAllBelow ? new RunAct(RunAct.Rerun, task, Below: true) : new RunAct(value, task);

    public static string TitleOf(RunAct act) => Acts.FirstOrDefault(one => ActOf(one.Value, act.Task!) is var known && known.Kind == act.Kind && known.Below == act.Below).Title ?? act.Kind;

    public static string Path(long run, string task) => $"/runs/{run}/tasks/{Uri.EscapeDataString(task)}/act";

    public static async Task<PageHtml> OfAsync(PageRequest request, UrlHelper url, long run, string task)
    {
        var choices = new PageHtml();
        var offered = 0;
        foreach (var (value, title) in Acts)
        {
            if (await PlanAsync(request, run, ActOf(value, task)) is { } plan)
            {
                choices.Add($"<label class=\"ps-check\"><input type=\"radio\" name=\"act\" value=\"{value}\" required> {title}<small>{Confirmations.Says(plan)}</small></label>");
                offered++;
            }
        }

        return offered == 0 ? choices : new PageHtml().Add($"<div class=\"ps-acts\"><details class=\"ps-drop\"><summary class=\"btn btn-sm btn-default\">Repair…</summary>{ActForm.Open(url.To(Path(run, task)), "ps-form")}").Add(choices)
            .Add($"<label><span>Why</span><input class=\"form-control input-sm\" name=\"reason\" maxlength=\"900\" required><small>Stays with the run</small></label><div class=\"ps-submit\"><button class=\"btn btn-sm btn-primary\">Do it</button></div></form></details></div>");
    }

    // what would be refused is not offered
    public static async Task<ActPlan?> PlanAsync(PageRequest request, long run, RunAct act)
    {
        try
        {
            return await request.Get<RunPlanner>().PlanAsync(run, act, request.Aborted);
        }
        catch (RefusedException)
        {
            return null;
        }
    }
}
