using Microsoft.Extensions.Options;

namespace PinScheduler.Stages.Drain;

internal sealed class DrainOptionsValidator : IValidateOptions<DrainOptions>
{
    public ValidateOptionsResult Validate(string? name, DrainOptions options)
    {
        var wrong = Errors(options).ToList();
        return wrong.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(wrong);
    }

    private static IEnumerable<string> Errors(DrainOptions options)
    {
        if (options.MaxFileBytes < 1)
        {
            yield return $"'Pipeline:MaxFileBytes' is {options.MaxFileBytes}; it must be at least 1.";
        }

        if (options.MaxValueBytes is < 1024 or > 64 * 1024 * 1024)
        {
            yield return $"'Pipeline:MaxValueBytes' is {options.MaxValueBytes}; it must be 1024 (1 KiB) to 67108864 (64 MiB).";
        }

        if (options.MaxDeadLetterShare is not (>= 0 and <= 1))
        {
            yield return $"'Pipeline:MaxDeadLetterShare' is {options.MaxDeadLetterShare}; it must be 0 to 1 (0.01 is one per cent).";
        }

        if (options.OnGap is not (DrainOptions.Warn or DrainOptions.Fail))
        {
            yield return $"'Pipeline:OnGap' is '{options.OnGap}'; it must be '{DrainOptions.Warn}' or '{DrainOptions.Fail}'.";
        }

        if (options.BrokerPatience < TimeSpan.FromSeconds(1) || options.BrokerPatience > TimeSpan.FromHours(1))
        {
            yield return $"'Pipeline:BrokerPatience' is {options.BrokerPatience}; it must be 00:00:01 to 01:00:00 (hours:minutes:seconds).";
        }

        if (options.ShareFrom < 1)
        {
            yield return $"'Pipeline:ShareFrom' is {options.ShareFrom}; it must be at least 1 (offsets of a topic).";
        }

        if (!TimeZoneInfo.TryFindSystemTimeZoneById(options.TimeZone, out _))
        {
            yield return $"'Pipeline:TimeZone' is '{options.TimeZone}', which this system does not know; name one of the tz database, such as 'UTC' or 'Europe/Berlin'.";
        }
    }
}
