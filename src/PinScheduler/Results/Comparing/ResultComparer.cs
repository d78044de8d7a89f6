using PinScheduler.Stages.Analyze;

namespace PinScheduler.Results.Comparing;

/// <summary>Holds two runs' results of one analysis against each other.</summary>
internal sealed class ResultComparer(ResultLookup results, ResultReader reader, SqlTasks tasks)
{
    // both are held in memory; more than this is for a tool to compare, from two CSVs
    private const int MostRows = 100_000;

    /// <param name="analysis">Its name.</param>
    /// <param name="first">Null: the run before the other.</param>
    /// <param name="last">Null: the last that succeeded.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <exception cref="ResultException">A result is missing, too large, or has other columns.</exception>
    public async Task<ComparedResults> CompareAsync(string analysis, long? first, long? last, CancellationToken cancellationToken)
    {
        await using var later = await results.OpenAsync(analysis, last, cancellationToken);
        first ??= await reader.BeforeAsync(analysis, later.Run, cancellationToken)
            ?? throw ResultException.Unknown($"Run {later.Run} is the first with a result of '{analysis}': there is none before it to compare with.");
        await using var earlier = await results.OpenAsync(analysis, first, cancellationToken);
        if (!earlier.Columns.SequenceEqual(later.Columns))
        {
            throw ResultException.WrongState($"The columns of '{analysis}' were {string.Join(", ", earlier.Columns)} in run {earlier.Run} and are {string.Join(", ", later.Columns)} in run {later.Run}: its SQL has changed, and rows of different columns cannot be compared.");
        }

        var before = await RowsAsync(earlier, cancellationToken);
        var after = await RowsAsync(later, cancellationToken);
        var diff = ResultDiff.Of(before, after, KeyColumns.Of(tasks.FindAnalysis(analysis), later.Columns, [.. before, .. after]));
        return new ComparedResults(analysis, earlier.Run, later.Run, later.Columns, earlier.SqlHash != later.SqlHash, diff);
    }

    private static async Task<List<ResultRow>> RowsAsync(StoredResult result, CancellationToken cancellationToken)
    {
        if (result.RowCount > MostRows)
        {
            throw ResultException.Invalid($"Run {result.Run}'s result of '{result.Analysis}' has {result.RowCount} rows, and at most {MostRows} are compared here; take both as CSV and compare those.");
        }

        var rows = new List<ResultRow>((int)result.RowCount);
        await foreach (var cells in result.RowsAsync(cancellationToken))
        {
            rows.Add(new ResultRow(cells));
        }

        return rows;
    }
}

/// <summary>What came of it.</summary>
internal sealed record ComparedResults(string Analysis, long From, long To, IReadOnlyList<string> Columns, bool SqlChanged, ResultDiff Diff);
