using PinScheduler.Inspection.Tracing;
using PinScheduler.Stages;
using PinScheduler.Stages.Clean;

namespace PinScheduler.Inspection.Cleaning;

internal static class CleaningApi
{
    private const string CleanTask = "clean-";
    private const int UsualRecords = 5;
    private const int MostRecords = 1000;

    public static async Task<IResult> FilesAsync(string id, string task, LandingReader ledger, CleanedFiles cleaned, CancellationToken cancellationToken)
    {
        var run = NotInspectableException.Number("run", id, 1, long.MaxValue);
        _ = await ledger.RunAsync(run, cancellationToken) ?? throw NotInspectableException.Unknown($"There is no run '{run}'; see the list of runs.");
        var set = DataSet.All.FirstOrDefault(set => task == CleanTask + set.Key)
            ?? throw NotInspectableException.Unknown($"The task '{task}' cleans no files; {string.Join(", ", DataSet.All.Select(static set => CleanTask + set.Key))} do.");
        return TypedResults.Ok(cleaned.OfTaskAsync(set, run, cancellationToken));
    }

    public static IResult Explain(string file, LandingPath paths, FileExplainer explainer, CancellationToken cancellationToken, string? line = null, bool rejected = false, string? limit = null)
    {
        var (path, set) = paths.Find(file);
        return TypedResults.Ok(explainer.ExplainAsync(
            path,
            set,
            line is null ? null : NotInspectableException.Number("line", line, 1, long.MaxValue),
            rejected,
            limit is null ? (rejected ? MostRecords : UsualRecords) : (int)NotInspectableException.Number("limit", limit, 1, MostRecords),
            cancellationToken));
    }
}
