using Microsoft.Extensions.Options;

namespace PinScheduler.Orchestration.History;

/// <summary>Section `Retention`.</summary>
internal sealed class RetentionOptions
{
    public const string Section = "Retention";

    /// <summary>For so many days after its end the history of a run is kept.</summary>
    public int Runs { get; set; } = 400;
}

internal sealed class RetentionOptionsValidator : IValidateOptions<RetentionOptions>
{
    public ValidateOptionsResult Validate(string? name, RetentionOptions options) => options.Runs is >= 1 and <= 36_500
        ? ValidateOptionsResult.Success
        : ValidateOptionsResult.Fail($"'Retention:Runs' is {options.Runs}; it must be 1 to 36500, in days.");
}
