namespace PinScheduler.Inspection.Tracing;

/// <summary>How a landing file is: damaged on disk, removed by retention, cleaned, or waiting for that.</summary>
internal static class FileState
{
    public const string Landed = "landed";
    public const string Cleaned = "cleaned";
    public const string Damaged = "damaged";
    public const string Removed = "removed";

    public static IReadOnlyList<string> All { get; } = [Landed, Cleaned, Damaged, Removed];

    public static string Of(RunFileView file, DateTime? damagedAt) =>
        damagedAt is not null ? Damaged : file.RemovedAt is not null ? Removed : file.CleanedAt is not null ? Cleaned : Landed;

    /// <summary>The same of rows `f` of landing_file with `c` of cleaned_file.</summary>
    public static string Condition(string state) => state switch
    {
        Damaged => "f.damaged_at is not null",
        Removed => "f.damaged_at is null and f.removed_at is not null",
        Cleaned => "f.damaged_at is null and f.removed_at is null and c.cleaned_at is not null",
        Landed => "f.damaged_at is null and f.removed_at is null and c.cleaned_at is null",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "no state of a landing file"),
    };
}
