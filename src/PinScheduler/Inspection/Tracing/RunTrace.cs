using PinScheduler.Stages;
using PinScheduler.Stages.Analyze;

namespace PinScheduler.Inspection.Tracing;

/// <summary>From a run, or one of its results, to the landing files behind it.</summary>
internal sealed class RunTrace(LandingReader ledger, SqlTasks tasks)
{
    /// <param name="run">The run.</param>
    /// <param name="analysis">Only what this analysis reads, as it stood when it ran; null: everything.</param>
    /// <param name="all">Also files of earlier runs, which the results rest on as well.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <exception cref="NotInspectableException">There is no such run, or it has no such result.</exception>
    public async Task<IAsyncEnumerable<RunFileView>> FilesAsync(long run, string? analysis, bool all, CancellationToken cancellationToken)
    {
        var (_, ended) = await ledger.RunAsync(run, cancellationToken) ?? throw NotInspectableException.Unknown($"There is no run '{run}'; see the list of runs.");
        if (analysis is null)
        {
            var every = DataSet.All.Select(set => set.Key).ToList();
            return all ? ledger.CleanedByAsync(ended, every, cancellationToken) : ledger.OfRunAsync(run, every, cancellationToken);
        }

        var file = tasks.FindAnalysis(analysis) ?? throw NotInspectableException.Unknown($"There is no analysis '{analysis}'; see the list of results.");
        var at = await ledger.AnalyzedAtAsync(run, analysis, cancellationToken) ?? throw NotInspectableException.Unknown($"Run {run} has no result of '{analysis}'.");
        return all ? ledger.CleanedByAsync(at, Behind(tasks.TablesBehind(file)), cancellationToken) : ledger.OfRunAsync(run, Behind(tasks.TablesBehind(file)), cancellationToken);
    }

    // a table that is not a data set's own is made of some of them, it is not known which
    private static List<string> Behind(IEnumerable<string> tables)
    {
        // the names that facts are joined with say nothing of whose they are
        var read = tables.Where(table => !table.StartsWith("dim_", StringComparison.Ordinal)).ToList();
        var sets = DataSet.All.Where(set => read.Any(table => table.EndsWith("_" + set.Key, StringComparison.Ordinal))).Select(set => set.Key).ToList();
        return sets.Count > 0 && read.All(table => sets.Any(set => table.EndsWith("_" + set, StringComparison.Ordinal))) ? sets : [.. DataSet.All.Select(set => set.Key)];
    }
}
