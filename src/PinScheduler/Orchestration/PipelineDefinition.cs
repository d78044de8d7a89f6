namespace PinScheduler.Orchestration;

/// <summary>A named graph of tasks with its schedule, parameters and policies.</summary>
public sealed record PipelineDefinition
{
    public required string Key { get; init; }

    public required string Title { get; init; }

    /// <summary>Five or six fields; null: only on demand.</summary>
    public string? Cron { get; init; }

    public string TimeZone { get; init; } = "UTC";

    public OverlapPolicy Overlap { get; init; } = OverlapPolicy.Queue;

    public CatchUpPolicy CatchUp { get; init; } = CatchUpPolicy.Last;

    /// <summary>How long after the instant for which it was scheduled (by hand: after it was asked for) a run should have ended; null: no deadline.</summary>
    public TimeSpan? Deadline { get; init; }

    /// <summary>A run that misses its deadline is not only told of but cancelled.</summary>
    public bool CancelAtDeadline { get; init; }

    public IReadOnlyList<ParameterDefinition> Parameters { get; init; } = [];

    public IReadOnlyList<TaskDefinition> Tasks { get; init; } = [];

    /// <summary>Told the counts of each task that has any, says what does not add up; its sentences become warnings of the run.</summary>
    public Func<IReadOnlyDictionary<string, IReadOnlyDictionary<string, long>>, IEnumerable<string>>? Balance { get; init; }
}
