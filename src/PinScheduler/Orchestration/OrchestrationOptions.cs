namespace PinScheduler.Orchestration;

/// <summary>Section `Pipeline`.</summary>
internal sealed class OrchestrationOptions
{
    public const string Section = "Pipeline";

    /// <summary>By queue: how many of its tasks this server runs at once; 0: it does not serve the queue.</summary>
    public Dictionary<string, int> Workers { get; set; } = new(StringComparer.Ordinal) { [TaskQueue.Pipeline] = 2, [TaskQueue.Ingest] = 4, [TaskQueue.Transform] = 4, [TaskQueue.Analyze] = 4, [TaskQueue.Check] = 1 };

    /// <summary>Before the second, third, … try of a task; the last one counts for all further. None given: 2 and 10.</summary>
    public double[] RetryDelaysInSeconds { get; set; } = [];

    /// <summary>So many attempts in a row whose process died: then the task has failed, and no further process is put at risk.</summary>
    public int MaxDeliveries { get; set; } = 10;

    /// <summary>Lines that are kept of an attempt's log. More nobody reads, and the table is for people.</summary>
    public int MaxLogLines { get; set; } = 10_000;

    public double ReconcileIntervalInSeconds { get; set; } = 15;

    /// <summary>A run that is younger is never told of as unusually long, however short the others were.</summary>
    public double SlowAfterSeconds { get; set; } = 60;

    /// <summary>How long a server that stops waits for its tasks to come to a stop.</summary>
    public double ShutdownTimeoutInSeconds { get; set; } = 20;
}
