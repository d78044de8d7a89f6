using PinScheduler.Stages;

namespace PinScheduler.Orchestration;

/// <summary>A task of a pipeline, as it is defined in code.</summary>
public sealed record TaskDefinition
{
    public required string Key { get; init; }

    public required string Stage { get; init; }

    public required string Title { get; init; }

    /// <summary>One of <see cref="TaskQueue"/>.</summary>
    public required string Queue { get; init; }

    public required Func<IServiceProvider, IStage> Create { get; init; }

    public IReadOnlyList<string> DependsOn { get; init; } = [];

    public TriggerRule Rule { get; init; } = TriggerRule.AllSuccess;

    /// <summary>Tries in all, for failures that another try may help.</summary>
    public int MaxAttempts { get; init; } = 3;

    /// <summary>Of one attempt; null: none.</summary>
    public TimeSpan? TimeOut { get; init; }

    /// <summary>True for parameters with which there is nothing to do: the run then has the task as skipped.</summary>
    public Func<RunParameters, bool>? SkipWhen { get; init; }

    /// <summary>Part of the pipeline's version: the SQL text, say, that the task runs.</summary>
    public string Fingerprint { get; init; } = "";
}
