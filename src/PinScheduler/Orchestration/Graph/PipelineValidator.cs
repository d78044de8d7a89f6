using System.Text.Json;
using System.Text.RegularExpressions;

namespace PinScheduler.Orchestration.Graph;

/// <summary>Says all that is wrong with a definition, so that a server with a broken one does not start.</summary>
internal static partial class PipelineValidator
{
    public static IEnumerable<string> Errors(PipelineDefinition pipeline) =>
        KeyErrors(pipeline).Concat(ScheduleErrors(pipeline)).Concat(ParameterErrors(pipeline)).Concat(TaskErrors(pipeline)).Concat(CycleErrors(pipeline));

    private static IEnumerable<string> KeyErrors(PipelineDefinition pipeline)
    {
        var keys = pipeline.Tasks.Select(task => task.Key).ToList();
        foreach (var wrong in keys.Prepend(pipeline.Key).Where(key => !Key().IsMatch(key)))
        {
            yield return $"Pipeline '{pipeline.Key}': '{wrong}' is no key; use a-z, 0-9, '-' and '_', 50 characters for a pipeline and 100 for a task at most.";
        }

        foreach (var twice in keys.GroupBy(key => key).Where(group => group.Count() > 1))
        {
            yield return $"Pipeline '{pipeline.Key}' has {twice.Count()} tasks '{twice.Key}'; give each a key of its own.";
        }

        if (keys.Count == 0)
        {
            yield return $"Pipeline '{pipeline.Key}' has no task; add one with Task(…).";
        }

        if (pipeline.Key.Length > 50)
        {
            yield return $"Pipeline '{pipeline.Key}': the key has {pipeline.Key.Length} characters; 50 at most.";
        }
    }

    private static IEnumerable<string> ScheduleErrors(PipelineDefinition pipeline)
    {
        string? cron = null, zone = null;
        try
        {
            _ = pipeline.Cron is { } given ? PipelineSchedule.Parse(given) : null;
        }
        catch (Cronos.CronFormatException exception)
        {
            cron = $"Pipeline '{pipeline.Key}': the cron expression '{pipeline.Cron}' is not understood ({exception.Message}); five or six fields are, '0 3 * * *' for 03:00 each day.";
        }

        if (!TimeZoneInfo.TryFindSystemTimeZoneById(pipeline.TimeZone, out _))
        {
            zone = $"Pipeline '{pipeline.Key}': there is no time zone '{pipeline.TimeZone}' on this machine; use a name like 'UTC' or 'Europe/Berlin'.";
        }

        var deadline = pipeline.Deadline <= TimeSpan.Zero || pipeline.Deadline > TimeSpan.FromDays(365)
            ? $"Pipeline '{pipeline.Key}': the deadline is {pipeline.Deadline}; it must be above zero and 365 days at most."
            : null;
        return new[] { cron, zone, deadline }.OfType<string>();
    }

    private static IEnumerable<string> ParameterErrors(PipelineDefinition pipeline)
    {
        foreach (var twice in pipeline.Parameters.GroupBy(parameter => parameter.Name).Where(group => group.Count() > 1))
        {
            yield return $"Pipeline '{pipeline.Key}' has {twice.Count()} parameters '{twice.Key}'; give each a name of its own.";
        }

        foreach (var parameter in pipeline.Parameters)
        {
            if (parameter.Default is { ValueKind: not JsonValueKind.Null } given && ParameterCheck.Error(parameter, given) is { } error)
            {
                yield return $"Pipeline '{pipeline.Key}', default of a parameter: {error}";
            }
        }
    }

    private static IEnumerable<string> TaskErrors(PipelineDefinition pipeline)
    {
        var keys = pipeline.Tasks.Select(task => task.Key).ToList();
        foreach (var task in pipeline.Tasks)
        {
            foreach (var unknown in task.DependsOn.Where(parent => !keys.Contains(parent)))
            {
                yield return $"Pipeline '{pipeline.Key}': task '{task.Key}' depends on '{unknown}', which is no task.{DidYouMean.Sentence(unknown, keys)}";
            }

            if (!TaskQueue.All.Contains(task.Queue))
            {
                yield return $"Pipeline '{pipeline.Key}': task '{task.Key}' is for the queue '{task.Queue}'; there are {string.Join(", ", TaskQueue.All)}.";
            }

            if (task.MaxAttempts < 1 || task.TimeOut <= TimeSpan.Zero)
            {
                yield return $"Pipeline '{pipeline.Key}': task '{task.Key}' has {task.MaxAttempts} attempts and the time-out {task.TimeOut}; both must be above zero.";
            }
        }
    }

    private static IEnumerable<string> CycleErrors(PipelineDefinition pipeline)
    {
        var parents = pipeline.Tasks.GroupBy(task => task.Key).ToDictionary(group => group.Key, group => group.First().DependsOn);
        var done = new HashSet<string>(StringComparer.Ordinal);
        foreach (var key in parents.Keys)
        {
            if (FindCycle(key, [], parents, done) is { } path)
            {
                return [$"Pipeline '{pipeline.Key}': tasks wait for each other in a circle: {string.Join(" → ", path)}. Take one of the dependencies out."];
            }
        }

        return [];
    }

    // the path runs from a task to what waits for it, as time does
    private static IEnumerable<string>? FindCycle(string key, List<string> path, Dictionary<string, IReadOnlyList<string>> parents, HashSet<string> done)
    {
        if (path.IndexOf(key) is >= 0 and var start)
        {
            return path.Skip(start).Append(key).Reverse();
        }

        if (done.Contains(key) || !parents.TryGetValue(key, out var above))
        {
            return null;
        }

        path.Add(key);
        foreach (var parent in above)
        {
            if (FindCycle(parent, path, parents, done) is { } found)
            {
                return found;
            }
        }

        path.RemoveAt(path.Count - 1);
        done.Add(key);
        return null;
    }

    [GeneratedRegex("^[a-z0-9][a-z0-9_-]{0,99}$")]
    private static partial Regex Key();
}
