namespace PinScheduler.Orchestration.Graph;

/// <summary>A pipeline that this server can run.</summary>
internal sealed class Pipeline(PipelineDefinition definition)
{
    private readonly Dictionary<string, TaskDefinition> _tasks = definition.Tasks.ToDictionary(task => task.Key, StringComparer.Ordinal);

    public PipelineDefinition Definition { get; } = definition;

    public string Key => Definition.Key;

    public PipelineVersion Kept { get; } = PipelineVersion.Of(definition);

    public string Version { get; } = PipelineVersion.Of(definition).Hash();

    public TaskGraph Graph { get; } = new([.. definition.Tasks.Select(TaskNode.Of)]);

    public PipelineSchedule Schedule { get; } = new(definition.Cron, definition.TimeZone);

    public TaskDefinition? Task(string key) => _tasks.GetValueOrDefault(key);
}
