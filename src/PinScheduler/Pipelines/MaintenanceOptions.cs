namespace PinScheduler.Pipelines;

/// <summary>Section `Maintenance`: when.</summary>
internal sealed class MaintenanceOptions
{
    public const string Section = "Maintenance";

    /// <summary>Sundays, when the night's work is done.</summary>
    public string Cron { get; set; } = "0 6 * * 0";

    public string TimeZone { get; set; } = "UTC";

    /// <summary>After its start, people are told that it still runs; null: never.</summary>
    public TimeSpan? Deadline { get; set; }
}
