namespace PinScheduler.Stages;

/// <summary>A failure that the stage itself has recognised and can explain.</summary>
public sealed class StageFailedException : Exception
{
    public StageFailedException(string message, bool retry = false, Exception? inner = null)
        : base(message, inner) => Retry = retry;

    /// <summary>False where another try cannot help: bad configuration, an error in SQL text, a check that failed.</summary>
    public bool Retry { get; }

    /// <summary>The task from which the run must be done again, because what it made is gone; the run goes back there by itself, once to each such task.</summary>
    public string? RestartFrom { get; init; }

    /// <summary>What was done all the same; kept on the task.</summary>
    public StageResult? Result { get; init; }
}
