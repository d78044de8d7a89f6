namespace StorageBench.Scenarios;

/// <summary>How much is measured.</summary>
internal sealed record Settings(int Jobs, int Samples, int DelayedJobs, TimeSpan Poll, TimeSpan Idle)
{
    /// <summary>What a run may take before its missing jobs are called lost.</summary>
    public TimeSpan Longest { get; } = TimeSpan.FromMinutes(3);
}
