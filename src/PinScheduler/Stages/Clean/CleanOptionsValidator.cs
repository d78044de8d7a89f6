using System.Text;
using Microsoft.Extensions.Options;
using PinScheduler.Stages.Clean.Rules;

namespace PinScheduler.Stages.Clean;

internal sealed class CleanOptionsValidator : IValidateOptions<CleanOptions>
{
    private const int MostConnections = 16;

    // places in a batch are kept in 32 bits
    private const int MostBatchMegabytes = 4000;

    private static readonly string[] NotText = ["index", "ind", "age", "latitude", "longitude"];

    public ValidateOptionsResult Validate(string? name, CleanOptions options)
    {
        var wrong = Errors(options).ToList();
        return wrong.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(wrong);
    }

    private static IEnumerable<string> Errors(CleanOptions options)
    {
        if (options.CleanConnections is < 1 or > MostConnections)
        {
            yield return $"'Pipeline:CleanConnections' is {options.CleanConnections}; it must be 1 to {MostConnections}.";
        }

        if (options.CleanBatchMegabytes is < 1 or > MostBatchMegabytes)
        {
            yield return $"'Pipeline:CleanBatchMegabytes' is {options.CleanBatchMegabytes}; it must be 1 to {MostBatchMegabytes}.";
        }

        foreach (var error in options.Bounds.Errors("Pipeline:Bounds", options.BoundNames))
        {
            yield return error;
        }

        var columns = DataSet.All.SelectMany(set => RecordRules.Of(set, new Placeholders(Placeholders.Defaults)).Fields).Select(field => field.Name).Except(NotText).ToList();
        foreach (var (column, texts) in options.Placeholders)
        {
            if (!columns.Contains(column, StringComparer.OrdinalIgnoreCase))
            {
                yield return $"'Pipeline:Placeholders:{column}' is no text column of the records; there are {string.Join(", ", columns)}.";
            }

            foreach (var text in texts.Where(text => WhiteSpace.Trim(Encoding.UTF8.GetBytes(text)).Length != Encoding.UTF8.GetByteCount(text)))
            {
                yield return $"'Pipeline:Placeholders:{column}' holds '{text}', which can match nothing: texts are trimmed before they are compared; leave out the white space at its ends.";
            }
        }
    }
}
