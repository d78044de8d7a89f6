namespace StorageBench.Soak;

/// <summary>How long and how hard.</summary>
internal sealed record SoakSettings(TimeSpan Duration, int Processes, int Workers, int Producers, bool Kill, bool RestartDatabase, bool FreezeDatabase, TimeSpan Lease)
{
    /// <summary>Jobs that may wait at a time, so that what is produced is what can be done.</summary>
    public int Backlog { get; } = 2000;
}
