namespace PinScheduler.Orchestration.Runs;

/// <summary>Something that is done to a run by hand, or to the one task that it names; below means: with all that is below that task.</summary>
internal sealed record RunAct(string Kind, string? Task = null, bool Below = false, string? By = null, string? Reason = null)
{
    public const string Retry = "retry";
    public const string Cancel = "cancel";
    public const string Rerun = "rerun";
    public const string Succeed = "succeed";
    public const string Skip = "skip";

    public static IReadOnlyList<string> All { get; } = [Retry, Cancel, Rerun, Succeed, Skip];

    /// <summary>Set where nobody's hand did it: "at its deadline".</summary>
    public string? Cause { get; init; }

    /// <summary>"by Ada: the disk was full", as far as it is known.</summary>
    public string Whose => Cause ?? $"by {By ?? "hand"}{(Reason is null ? "" : ": " + Reason)}";
}
