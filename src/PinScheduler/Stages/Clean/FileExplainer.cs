using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using PinScheduler.Landing;
using PinScheduler.Stages.Clean.Facts;
using PinScheduler.Stages.Clean.Loading;
using PinScheduler.Stages.Clean.Rules;

namespace PinScheduler.Stages.Clean;

/// <summary>Explains lines of a landing file, one after another as they are read.</summary>
internal sealed class FileExplainer(LandingFolder folder, IOptions<CleanOptions> options)
{
    /// <param name="path">Relative to the landing folder.</param>
    /// <param name="dataSet">Whose records the file holds.</param>
    /// <param name="line">Only this one, from 1.</param>
    /// <param name="rejected">Only rejected records.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async IAsyncEnumerable<RecordExplanation> ExplainAsync(string path, DataSet dataSet, long? line, bool rejected, int limit, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var stream = folder.OpenRead(path);
        var lines = new LineReader(stream);
        var looker = new Looker(dataSet, options.Value, line, rejected);
        do
        {
            while (looker.Next(lines) is { } explanation)
            {
                yield return explanation;
                if (line is not null || --limit == 0)
                {
                    yield break;
                }
            }
        }
        while (await lines.ReadAsync(cancellationToken));
    }

    private sealed class Looker(DataSet dataSet, CleanOptions options, long? wanted, bool rejected)
    {
        private readonly RecordExplainer _explainer = new(dataSet, options);
        private readonly LineCleaner _cleaner = new(RecordRules.Of(dataSet, options.EffectivePlaceholders(), options.Bounds));
        private readonly RowBuffer _row = new();
        private readonly FactRow _none = new(null);

        // null: more must be read first
        public RecordExplanation? Next(LineReader lines)
        {
            while (lines.TryTake(out var line))
            {
                if (wanted is { } number ? lines.Number == number : !rejected || IsRejected(line))
                {
                    return _explainer.Explain(line, lines.Number);
                }
            }

            return null;
        }

        private bool IsRejected(ReadOnlySpan<byte> line)
        {
            _row.Clear();
            _row.BeginRow();
            return !LineCleaner.IsBlank(line) && _cleaner.Clean(line, _row, _none, out _) is not null;
        }
    }
}
