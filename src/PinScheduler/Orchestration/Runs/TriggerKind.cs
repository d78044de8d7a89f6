namespace PinScheduler.Orchestration.Runs;

/// <summary>What a run came from, as it is stored and shown.</summary>
internal static class TriggerKind
{
    public const string Schedule = "schedule";
    public const string Manual = "manual";
    public const string Api = "api";
    public const string Cli = "cli";
    public const string Backfill = "backfill";
}
