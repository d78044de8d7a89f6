using PinScheduler.Stages.Analyze;

namespace PinScheduler.Results;

/// <summary>Finds the result that is asked for, or says why there is none.</summary>
internal sealed class ResultLookup(ResultReader reader, SqlTasks tasks)
{
    /// <param name="analysis">Its name.</param>
    /// <param name="run">Null: of the succeeded runs in which it ran, the one that ended last.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ResultException">There is no such analysis, run or result, or the run has not succeeded.</exception>
    public async Task<StoredResult> OpenAsync(string analysis, long? run, CancellationToken cancellationToken)
    {
        // a result is there as long as its rows are, also when its file is gone from sql/analytics
        var result = run is { } id ? await reader.OpenAsync(analysis, id, cancellationToken) : await reader.OpenLastAsync(analysis, cancellationToken);
        return result ?? throw await ReasonAsync(analysis, run, cancellationToken);
    }

    /// <exception cref="ResultException">There is no such analysis.</exception>
    public SqlTaskFile FileOf(string analysis) => tasks.FindAnalysis(analysis) ?? throw NoAnalysis(analysis);

    private ResultException NoAnalysis(string analysis) => ResultException.Unknown(
        $"There is no analysis '{analysis}'{DidYouMean.Suffix(analysis, tasks.Analyses.Select(static task => task.File.Name))}; see the list of results.");

    private async Task<ResultException> ReasonAsync(string analysis, long? run, CancellationToken cancellationToken)
    {
        if (tasks.FindAnalysis(analysis) is null)
        {
            return NoAnalysis(analysis);
        }

        if (run is not { } id)
        {
            return ResultException.Unknown($"'{analysis}' has no result yet: no run of it has succeeded. Start one first.");
        }

        if (await reader.PrunedAsync(analysis, id, cancellationToken) is { } pruned)
        {
            return ResultException.Unknown($"Run {id} had a result of '{analysis}', but its rows were removed on {pruned:yyyy-MM-dd}, as 'Pipeline:ResultRetentionRuns' and 'Pipeline:ResultRetentionDays' say.");
        }

        return await reader.StateOfAsync(id, cancellationToken) switch
        {
            null => ResultException.Unknown($"There is no run '{id}'; see the list of runs."),
            "succeeded" => ResultException.Unknown($"Run {id} has no result of '{analysis}': it was not among its tasks."),
            var state => ResultException.WrongState($"Run {id} is {state}: its results appear when it has succeeded."),
        };
    }
}
