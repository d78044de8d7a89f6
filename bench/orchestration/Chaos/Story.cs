using System.Net.Http.Json;
using System.Text.Json;

namespace OrchestrationBench.Chaos;

/// <summary>What `GET /api/runs/{id}` says must hold together, at whatever moment it is asked.</summary>
internal static class Story
{
    private static readonly string[] Final = ["succeeded", "failed", "upstream_failed", "skipped", "cancelled"];
    private static readonly string[] Bad = ["failed", "upstream_failed", "cancelled"];

    public static async Task<string> TriggerAsync(HttpClient http, Uri runs, string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, runs) { Content = JsonContent.Create(new { requestedBy = "chaos" }) };
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        using var answer = await http.SendAsync(request);
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()!;
    }

    /// <param name="allDone">Which tasks, by key, run whether or not their parents succeed.</param>
    /// <returns>What contradicts itself.</returns>
    public static IEnumerable<string> Contradictions(JsonElement run, Func<string, bool> allDone)
    {
        var state = Text(run, "state")!;
        var tasks = run.GetProperty("tasks").EnumerateArray().ToDictionary(task => Text(task, "key")!);
        return OfRun(run, state, tasks.Values).Concat(tasks.Values.SelectMany(task => OfTask(run, state, task).Concat(OfAttempts(task)).Concat(OfParents(task, tasks, allDone(Text(task, "key")!))).Select(wrong => $"{Text(task, "key")}: {wrong}")));
    }

    private static IEnumerable<string> OfRun(JsonElement run, string state, IReadOnlyCollection<JsonElement> tasks)
    {
        var (created, started, ended) = (Time(run, "createdAt"), Time(run, "startedAt"), Time(run, "endedAt"));
        var states = tasks.Select(task => Text(task, "state")!).ToList();
        return Where(
            (ended is not null == state is "succeeded" or "failed" or "cancelled" or "skipped", $"the run is {state} and ended at {ended}"),
            (started is null || started >= created, "the run started before it was made"),
            (ended is null || started is null || ended >= started, "the run ended before it started"),
            (state != "running" || started is not null, "the run runs and has not started"),
            (state != "queued" || Text(run, "reason") is { Length: > 0 }, "the run is queued for no reason"),
            (ended is null || states.All(Final.Contains), $"the run has ended and tasks are {string.Join(", ", states.Where(task => !Final.Contains(task)).Distinct())}"),
            (state != "succeeded" || !states.Any(Bad.Contains), "the run succeeded and tasks did not"),
            (state != "failed" || states.Any(Bad.Contains), "the run failed and no task did"),
            (state != "running" || !states.All(Final.Contains), "the run runs and all tasks have ended"),
            (ended is null || tasks.All(task => !(Time(task, "endedAt") > ended)), "a task ended after its run"));
    }

    private static IEnumerable<string> OfTask(JsonElement run, string runState, JsonElement task)
    {
        var state = Text(task, "state")!;
        var (started, ended) = (Time(task, "startedAt"), Time(task, "endedAt"));
        return Where(
            (runState != "queued" || state is not ("running" or "queued" or "retrying"), $"{state} in a queued run"),
            (state is not ("running" or "succeeded") || started is not null, $"{state} and never started"),
            (state is not ("succeeded" or "failed" or "cancelled") || ended is not null, $"{state} and has not ended"),
            (state is not ("running" or "waiting" or "queued") || ended is null, $"{state} and has ended"),
            (started is null || ended is null || ended >= started, "ended before it started"),
            (started is null || started >= Time(run, "createdAt"), "started before its run was made"),
            (Final.Contains(state) && state != "upstream_failed" || state == "running" || Text(task, "reason") is { Length: > 0 }, $"{state} for no reason"),
            (state != "failed" || Text(task, "error") is { Length: > 0 }, "failed without an error"));
    }

    private static IEnumerable<string> OfAttempts(JsonElement task)
    {
        var state = Text(task, "state")!;
        var attempts = task.GetProperty("history").EnumerateArray().ToList();
        var last = attempts.Count == 0 ? default : attempts[^1];
        var lastState = attempts.Count == 0 ? null : Text(last, "state");
        var isOpen = attempts.Count > 0 && Time(last, "endedAt") is null;
        return Where(
            (task.GetProperty("attempts").GetInt32() == attempts.Count, $"{task.GetProperty("attempts")} attempts and {attempts.Count} told"),
            (attempts.Index().All(attempt => attempt.Item.GetProperty("attempt").GetInt32() == attempt.Index + 1), "attempts are not numbered from 1"),
            (attempts.SkipLast(1).All(attempt => Time(attempt, "endedAt") is not null), "an attempt before the last is open"),
            (attempts.Zip(attempts.Skip(1)).All(pair => Time(pair.Second, "startedAt") >= Time(pair.First, "endedAt")), "an attempt began before the one before it had ended"),
            (attempts.All(attempt => !(Time(attempt, "endedAt") < Time(attempt, "startedAt"))), "an attempt ended before it began"),
            (attempts.All(attempt => Text(attempt, "state") == "running" == Time(attempt, "endedAt") is null), "an attempt runs and has ended, or neither"),
            (state == "running" == isOpen, state == "running" ? "running without an open attempt" : $"{state} with an open attempt"),
            (state != "succeeded" || lastState == "succeeded", $"succeeded and its last attempt is {lastState}"),
            (state != "retrying" || lastState == "failed", $"retrying and its last attempt is {lastState}"));
    }

    private static IEnumerable<string> OfParents(JsonElement task, Dictionary<string, JsonElement> tasks, bool allDone)
    {
        var state = Text(task, "state")!;
        var parents = task.GetProperty("dependsOn").EnumerateArray().Select(parent => (Key: parent.GetString()!, State: Text(tasks[parent.GetString()!], "state")!)).ToList();
        var reason = Text(task, "reason") ?? "";
        return Where(
            (state is not ("running" or "succeeded") || allDone || parents.All(parent => parent.State is "succeeded" or "skipped"), $"{state} and not all parents have succeeded"),
            (state != "running" || parents.All(parent => Final.Contains(parent.State)), "running before its parents were done"),
            (state != "upstream_failed" || parents.Any(parent => parent.State != "succeeded"), "upstream_failed and all parents have succeeded"),
            (state != "waiting" || !reason.StartsWith("waits for t", StringComparison.Ordinal) || reason["waits for ".Length..].Split(", ").All(named => tasks.TryGetValue(named, out var other) && (allDone ? !Final.Contains(Text(other, "state")!) : Text(other, "state") != "succeeded")), $"waiting for what is done: {reason}"));
    }

    private static IEnumerable<string> Where(params IEnumerable<(bool Holds, string Wrong)> rules) => rules.Where(rule => !rule.Holds).Select(rule => rule.Wrong);

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static DateTimeOffset? Time(JsonElement element, string name) => element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetDateTimeOffset() : null;
}
