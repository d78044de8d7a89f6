using Microsoft.Extensions.Options;

namespace PinScheduler.Landing;

internal sealed class LandingOptionsValidator : IValidateOptions<LandingOptions>
{
    public ValidateOptionsResult Validate(string? name, LandingOptions options)
    {
        var wrong = Errors(options).ToList();
        return wrong.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(wrong);
    }

    private static IEnumerable<string> Errors(LandingOptions options)
    {
        if (options.LandingCompression is not (LandingOptions.None or LandingOptions.Gzip))
        {
            yield return $"'Pipeline:LandingCompression' is '{options.LandingCompression}'; it must be '{LandingOptions.None}' or '{LandingOptions.Gzip}'.";
        }

        if (options.LandingRetentionDays is < 1 or > 36_500)
        {
            yield return $"'Pipeline:LandingRetentionDays' is {options.LandingRetentionDays}; it must be 1 to 36500, or not be there: landing files then stay for ever.";
        }
    }
}
