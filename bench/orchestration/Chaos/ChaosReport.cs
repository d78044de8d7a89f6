namespace OrchestrationBench.Chaos;

internal sealed record ChaosReport(int Seed, TimeSpan Time, int Runs, int Attempts, int Kills, int Restarts, int Cancels, int Retries, int Stories, IReadOnlyDictionary<string, int> Refusals, IReadOnlyList<string> Unhandled, IReadOnlyList<string> Broken)
{
    public override string ToString() =>
        $"""
        seed {Seed}, {Time.TotalSeconds:N0} s: {Runs:N0} runs, {Attempts:N0} attempts, {Kills} kills, {Restarts} restarts of the database, {Cancels} cancels, {Retries} retries, {Stories:N0} stories read
        answers other than success: {string.Join(", ", Refusals.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Value} × {pair.Key}"))}
        requests that ended with an error which no code was meant for: {Unhandled.Count}{string.Concat(Unhandled.CountBy(static text => text).Select(static pair => $"\n  {pair.Value} × {pair.Key}"))}
        {(Broken.Count == 0 ? "no promise broken" : $"{Broken.Count} broken promises:\n  " + string.Join("\n  ", Broken))}
        """;
}
