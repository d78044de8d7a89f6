using System.Text.Json;
using System.Text.Json.Serialization;
using PinScheduler.Orchestration.Runs;

namespace PinScheduler.Orchestration.Events;

/// <summary>What a message tells of a run, as it was when the event happened; receivers get it as JSON.</summary>
internal sealed record RunEvent(string Kind, string Pipeline, string Title, DateOnly LogicalDate, string Run, string State, string Trigger, DateTime At, DateTime? StartedAt, DateTime? EndedAt)
{
    private const int MostWarnings = 20;
    private const int MostCharacters = 500;

    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <summary>How long the run had been at it.</summary>
    public double? TookSeconds { get; init; }

    /// <summary>The task that failed first.</summary>
    public string? Task { get; init; }

    /// <summary>The first line of its error.</summary>
    public string? Error { get; init; }

    public IReadOnlyList<string>? AlsoFailed { get; init; }

    /// <summary>How many tasks were not run because of it.</summary>
    public int? NotRun { get; init; }

    public IReadOnlyList<string>? Warnings { get; init; }

    public int? WarningsInAll { get; init; }

    public DateTime? DeadlineAt { get; init; }

    /// <summary>The run is cancelled for it.</summary>
    public bool? Cancels { get; init; }

    /// <summary>The median of the last runs.</summary>
    public double? UsualSeconds { get; init; }

    public string? FailingRun { get; init; }

    public DateTime? FailingSince { get; init; }

    public static RunEvent Of(string kind, string title, RunBoard board)
    {
        var run = board.Run;
        var failed = board.Tasks.Where(task => task.State == TaskState.Failed).OrderBy(task => task.EndedAt).ThenBy(task => task.Ordinal).ToList();
        return new RunEvent(kind, run.Pipeline, title, run.LogicalDate, run.Id.ToString(), run.State, run.Trigger, board.Now, run.StartedAt, run.EndedAt)
        {
            TookSeconds = run.Took(board.Now)?.TotalSeconds,
            Task = failed.FirstOrDefault()?.Key,
            Error = FirstLine(failed.FirstOrDefault()?.Error),
            AlsoFailed = failed.Count > 1 ? [.. failed.Skip(1).Select(task => task.Key)] : null,
            NotRun = board.Tasks.Count(task => task.State == TaskState.UpstreamFailed) is > 0 and var below ? below : null,
        };
    }

    public static RunEvent Read(string facts) => JsonSerializer.Deserialize<RunEvent>(facts, Json)!;

    public string Write() => JsonSerializer.Serialize(this, Json);

    public RunEvent With(IReadOnlyList<string> warnings) => warnings.Count == 0 ? this : this with
    {
        Warnings = [.. warnings.Take(MostWarnings).Select(warning => Cut(warning))],
        WarningsInAll = warnings.Count,
    };

    private static string? FirstLine(string? error) =>
        error?.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).FirstOrDefault() is { } line ? Cut(line) : null;

    private static string Cut(string text) => text.Length <= MostCharacters ? text : text[..MostCharacters] + " …";
}
