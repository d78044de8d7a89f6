using System.Globalization;
using System.Text.Json;
using PinScheduler.Dashboard.Pages;
using PinScheduler.Orchestration;
using PinScheduler.Orchestration.Backfill;
using PinScheduler.Orchestration.Graph;
using PinScheduler.Orchestration.Runs;
using PinScheduler.Orchestration.Schedule;

namespace PinScheduler.Dashboard.Acts;

/// <summary>What is done to pipelines and runs from pages, by the rules of the API.</summary>
internal static class PipelineActs
{
    public static async Task<string?> TriggerAsync(PageRequest request)
    {
        var (run, _) = await request.Get<RunStarter>().StartAsync(Run(request, await request.FormAsync()), request.Aborted);
        return $"/runs/{run}";
    }

    public static async Task<string?> PauseAsync(PageRequest request)
    {
        var (until, reason) = Pause(request, await request.FormAsync());
        await request.Get<PipelinePause>().PauseAsync(request["pipeline"], request.User, reason, until, request.Aborted);
        return null;
    }

    public static async Task<string?> ResumeAsync(PageRequest request)
    {
        await request.Get<PipelinePause>().ResumeAsync(request["pipeline"], request.Aborted);
        return null;
    }

    public static async Task<string?> BackfillAsync(PageRequest request)
    {
        await request.Get<Backfills>().StartAsync(Backfill(request, await request.FormAsync()), request.Aborted);
        return TriggerForm.Path(request["pipeline"]);
    }

    public static async Task<string?> CancelBackfillAsync(PageRequest request)
    {
        await request.Get<Backfills>().CancelAsync(BackfillOf(request), request.Aborted);
        return null;
    }

    public static Task<string?> RetryAsync(PageRequest request) => DoAsync(request, new RunAct(RunAct.Retry));

    public static Task<string?> CancelAsync(PageRequest request) => DoAsync(request, new RunAct(RunAct.Cancel));

    public static async Task<string?> RepairAsync(PageRequest request) => await DoAsync(request, Repair(request, await request.FormAsync()));

    /// <summary>The run that a form asks for.</summary>
    public static RunRequest Run(PageRequest request, IFormCollection form)
    {
        var only = form["only"].OfType<string>().ToList();
        return new RunRequest
        {
            Pipeline = request["pipeline"],
            Trigger = TriggerKind.Manual,
            RequestedBy = request.User,
            LogicalDate = PageRequest.Date("logicalDate", form["logicalDate"]),
            Parameters = Parameters(request, form),
            Only = only.Count == 0 ? null : only,
        };
    }

    /// <summary>Until when a form asks for a pause, and why.</summary>
    public static (DateTime? Until, string? Reason) Pause(PageRequest request, IFormCollection form)
    {
        DateTime? until = form["hours"].ToString() is not { Length: > 0 } given ? null
            : int.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out var hours) && hours is >= 1 and <= 10_000 ? request.Get<TimeProvider>().GetUtcNow().UtcDateTime.AddHours(hours)
            : throw RefusedException.Invalid($"'hours' is '{given}'; it must be a whole number from 1 to 10000.");
        var reason = form["reason"].ToString() is { Length: > 0 } named ? named : null;
        return reason?.Length > 1000 ? throw RefusedException.Invalid($"The reason has {reason.Length} characters; 1000 at most.") : (until, reason);
    }

    public static BackfillRequest Backfill(PageRequest request, IFormCollection form) => new()
    {
        Pipeline = request["pipeline"],
        From = PageRequest.Date("from", form["from"]) ?? throw RefusedException.Invalid("'from' is missing."),
        To = PageRequest.Date("to", form["to"]) ?? throw RefusedException.Invalid("'to' is missing."),
        Force = form.ContainsKey("force"),
        RequestedBy = request.User,
    };

    public static long BackfillOf(PageRequest request) => long.Parse(request["backfill"], CultureInfo.InvariantCulture);

    public static RunAct Repair(PageRequest request, IFormCollection form) => form["reason"].ToString().Trim() is { Length: > 0 and <= 900 } reason
        ? RepairPart.ActOf(form["act"].ToString(), request["task"]) with { Reason = reason }
        : throw RefusedException.Invalid("Say why, in at most 900 characters, for whoever reads the run later.");

    private static async Task<string?> DoAsync(PageRequest request, RunAct act)
    {
        await request.Get<RunControl>().ActAsync(request.Run, act with { By = request.User }, request.Aborted);
        return null;
    }

    // an empty field means the default; what is no number goes on as a text, and the pipeline's own check says what would be right
    private static Dictionary<string, JsonElement> Parameters(PageRequest request, IFormCollection form)
    {
        var values = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var parameter in request.Get<PipelineCatalog>().Get(request["pipeline"]).Definition.Parameters)
        {
            var given = form[TriggerForm.Field(parameter.Name)].ToString().Trim();
            if (parameter.Type == ParameterType.Boolean)
            {
                // a form says nothing of a box without a tick
                if (form.ContainsKey(TriggerForm.Shown) && (given.Length > 0 || parameter.Default?.ValueKind == JsonValueKind.True))
                {
                    values[parameter.Name] = JsonSerializer.SerializeToElement(given.Length > 0);
                }
            }
            else if (given.Length > 0)
            {
                values[parameter.Name] = parameter.Type == ParameterType.Text ? JsonSerializer.SerializeToElement(given) : NumberOrText(given);
            }
        }

        return values;
    }

    private static JsonElement NumberOrText(string given) =>
        long.TryParse(given, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) ? JsonSerializer.SerializeToElement(whole)
        : double.TryParse(given, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? JsonSerializer.SerializeToElement(number)
        : JsonSerializer.SerializeToElement(given);
}
