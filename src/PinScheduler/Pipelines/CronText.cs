using Cronos;
using PinScheduler.Orchestration.Graph;

namespace PinScheduler.Pipelines;

/// <summary>Says under its key what is wrong with a cron expression: what Cronos says of one with a field too few is of the wrong field.</summary>
internal static class CronText
{
    private const string Right = "five fields are needed (minute hour day month weekday): '0 3 * * *' for 03:00 each day; or six with seconds first.";

    /// <summary>Null where it is right.</summary>
    public static string? Error(string key, string cron)
    {
        var fields = cron.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length is not (5 or 6) && !cron.StartsWith('@'))
        {
            return $"'{key}' is '{cron}', which has {fields.Length} {(fields.Length == 1 ? "field" : "fields")}; {Right}";
        }

        try
        {
            PipelineSchedule.Parse(cron);
            return null;
        }
        catch (CronFormatException exception)
        {
            return $"'{key}' is '{cron}', which is not understood ({exception.Message}); {Right}";
        }
    }
}
