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

    public IReadOnlyList<ParameterDefinition> Parameters { get; init; } = [];

    public IReadOnlyList<TaskDefinition> Tasks { get; init; } = [];

    /// <summary>Told the counts of each task that has any, says what does not add up; its sentences become warnings of the run.</summary>
    public Func<IReadOnlyDictionary<string, IReadOnlyDictionary<string, long>>, IEnumerable<string>>? Balance { get; init; }
}
