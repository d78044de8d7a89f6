using Microsoft.Extensions.Options;

namespace PinScheduler.Stages.Analyze;

/// <summary>Section `Pipeline`, as far as it concerns old results. Without either, all are kept.</summary>
internal sealed class ResultRetentionOptions
{
    public const string Section = "Pipeline";

    /// <summary>The results of so many newest succeeded runs of an analysis or check are kept, however old they are.</summary>
    public int? ResultRetentionRuns { get; set; }

    /// <summary>Results of runs that ended within so many days are kept, however many they are.</summary>
    public int? ResultRetentionDays { get; set; }
}

internal sealed class ResultRetentionOptionsValidator : IValidateOptions<ResultRetentionOptions>
{
    public ValidateOptionsResult Validate(string? name, ResultRetentionOptions options)
    {
        var wrong = new List<string>();
        if (options.ResultRetentionRuns is < 1)
        {
            wrong.Add($"'Pipeline:ResultRetentionRuns' is {options.ResultRetentionRuns}; it must be 1 or more, or not be there.");
        }

        if (options.ResultRetentionDays is < 1 or > 36_500)
        {
            wrong.Add($"'Pipeline:ResultRetentionDays' is {options.ResultRetentionDays}; it must be 1 to 36500, or not be there.");
        }

        return wrong.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(wrong);
    }
}
