using Microsoft.Extensions.Options;

namespace PinScheduler.Pipelines;

/// <summary>Whether `Pipeline:Cron` and `Maintenance:Cron` can be understood.</summary>
internal sealed class ScheduleValidator : IValidateOptions<NightlyOptions>, IValidateOptions<MaintenanceOptions>
{
    public ValidateOptionsResult Validate(string? name, NightlyOptions options) => Of($"{NightlyOptions.Section}:{nameof(options.Cron)}", options.Cron);

    public ValidateOptionsResult Validate(string? name, MaintenanceOptions options) => Of($"{MaintenanceOptions.Section}:{nameof(options.Cron)}", options.Cron);

    private static ValidateOptionsResult Of(string key, string cron) => CronText.Error(key, cron) is { } error ? ValidateOptionsResult.Fail(error) : ValidateOptionsResult.Success;
}
