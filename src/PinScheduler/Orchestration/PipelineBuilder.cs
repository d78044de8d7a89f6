using System.Text.Json;
using PinScheduler.Stages;

namespace PinScheduler.Orchestration;

/// <summary>Describes a pipeline; checked as a whole when the server starts.</summary>
public sealed class PipelineBuilder(string key)
{
    private readonly List<ParameterDefinition> _parameters = [];
    private readonly List<TaskBuilder> _tasks = [];
    private PipelineDefinition _pipeline = new() { Key = key, Title = key };

    public PipelineBuilder Title(string title)
    {
        _pipeline = _pipeline with { Title = title };
        return this;
    }

    /// <param name="cron">Five fields, or six with seconds first.</param>
    /// <param name="timeZone">An IANA name, or UTC.</param>
    public PipelineBuilder Schedule(string cron, string timeZone = "UTC")
    {
        _pipeline = _pipeline with { Cron = cron, TimeZone = timeZone };
        return this;
    }

    public PipelineBuilder Overlap(OverlapPolicy policy)
    {
        _pipeline = _pipeline with { Overlap = policy };
        return this;
    }

    public PipelineBuilder CatchUp(CatchUpPolicy policy)
    {
        _pipeline = _pipeline with { CatchUp = policy };
        return this;
    }

    /// <param name="after">From the instant for which the run was scheduled, or from when it was asked for; null: no deadline.</param>
    /// <param name="cancel">Cancels a run that misses it; else people are only told.</param>
    public PipelineBuilder Deadline(TimeSpan? after, bool cancel = false)
    {
        _pipeline = _pipeline with { Deadline = after, CancelAtDeadline = cancel };
        return this;
    }

    public PipelineBuilder Balance(Func<IReadOnlyDictionary<string, IReadOnlyDictionary<string, long>>, IEnumerable<string>> rule)
    {
        _pipeline = _pipeline with { Balance = rule };
        return this;
    }

    public PipelineBuilder Parameter(string name, ParameterType type, object? @default = null, double? minimum = null, double? maximum = null, string help = "")
    {
        _parameters.Add(new ParameterDefinition(name, type, @default is null ? null : JsonSerializer.SerializeToElement(@default), minimum, maximum, help));
        return this;
    }

    public TaskBuilder Task(string taskKey, string stage, string title, string queue, Func<IServiceProvider, IStage> create)
    {
        var task = new TaskBuilder(new TaskDefinition { Key = taskKey, Stage = stage, Title = title, Queue = queue, Create = create });
        _tasks.Add(task);
        return task;
    }

    /// <summary>A task whose stage is made of the server's services and, for the rest, of the arguments.</summary>
    public TaskBuilder Task<TStage>(string taskKey, string stage, string title, string queue, params object[] arguments)
        where TStage : IStage => Task(taskKey, stage, title, queue, services => ActivatorUtilities.CreateInstance<TStage>(services, arguments));

    /// <summary>A task that is a function. It may run twice or die half-way: what it does must bear that (<see cref="IStage"/>).</summary>
    public TaskBuilder Task(string taskKey, string title, Func<StageContext, CancellationToken, Task> run, string queue = TaskQueue.Transform) =>
        Task(taskKey, "task", title, queue, _ => new FunctionStage(run));

    public PipelineDefinition Build() => _pipeline with { Parameters = [.. _parameters], Tasks = [.. _tasks.Select(task => task.Build())] };
}
