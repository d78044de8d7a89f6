using System.Text.Json;
using PinScheduler.Orchestration.Graph;

namespace PinScheduler.Orchestration.Api;

/// <summary>A pipeline as JSON shows it.</summary>
internal sealed record PipelineView(
    string Key, string Title, string? Schedule, string TimeZone, DateTime? NextRunAt, bool Paused, PauseView? Pause, string Version, string Overlap, string CatchUp, double? DeadlineSeconds, bool CancelAtDeadline,
    IReadOnlyList<ParameterView> Parameters, IReadOnlyList<PipelineTaskView> Tasks)
{
    /// <param name="pipeline">As this server has it.</param>
    /// <param name="cron">Of the schedule that is in force, which another server may have set.</param>
    /// <param name="timeZone">Likewise.</param>
    /// <param name="now">Its next run comes after that.</param>
    /// <param name="pause">In force, too; or null.</param>
    public static PipelineView Of(Pipeline pipeline, string? cron, string timeZone, DateTime now, PauseView? pause) => new(
        pipeline.Key, pipeline.Definition.Title, cron, timeZone, NextOf(new PipelineSchedule(cron, timeZone), now, pause), pause is not null, pause, pipeline.Version,
        pipeline.Definition.Overlap.ToString().ToLowerInvariant(), pipeline.Definition.CatchUp.ToString().ToLowerInvariant(), pipeline.Definition.Deadline?.TotalSeconds, pipeline.Definition.CancelAtDeadline,
        [.. pipeline.Definition.Parameters.Select(parameter => new ParameterView(parameter.Name, parameter.Type == ParameterType.Whole ? "integer" : parameter.Type.ToString().ToLowerInvariant(), parameter.Default, parameter.Minimum, parameter.Maximum, parameter.Help))],
        [.. pipeline.Definition.Tasks.Select(task => new PipelineTaskView(task.Key, task.Stage, task.Title, task.DependsOn, task.Queue))]);

    // an instant at which a pause ends is the first that counts again
    private static DateTime? NextOf(PipelineSchedule schedule, DateTime now, PauseView? pause) => pause switch
    {
        null => schedule.Next(now),
        { Until: { } until } => schedule.Next(until.AddTicks(-1)),
        _ => null,
    };
}

internal sealed record PauseView(string? By, string? Reason, DateTime? Until, DateTime At);

internal sealed record ParameterView(string Name, string Type, JsonElement? Default, double? Minimum, double? Maximum, string Help);

internal sealed record PipelineTaskView(string Key, string Stage, string Title, IReadOnlyList<string> DependsOn, string Queue);
