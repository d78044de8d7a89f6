using Microsoft.Extensions.Options;

namespace PinScheduler.Stages.Maintain;

/// <summary>Section `Maintenance`, as far as it concerns the disk: how much of it must be free.</summary>
internal sealed class DiskOptions
{
    public const string Section = "Maintenance";

    public double DiskWarningPercent { get; set; } = 10;

    public double DiskFailurePercent { get; set; } = 3;
}

internal sealed class DiskOptionsValidator : IValidateOptions<DiskOptions>
{
    public ValidateOptionsResult Validate(string? name, DiskOptions options) =>
        options is { DiskWarningPercent: >= 0 and <= 100, DiskFailurePercent: >= 0 and <= 100 } && options.DiskFailurePercent <= options.DiskWarningPercent
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail($"'Maintenance:DiskFailurePercent' is {options.DiskFailurePercent} and 'Maintenance:DiskWarningPercent' {options.DiskWarningPercent}; both must be 0 to 100, and the first not above the second.");
}
