using Counts = System.Collections.Generic.IReadOnlyDictionary<string, long>;

namespace PinScheduler.Pipelines;

/// <summary>Balances a run's counts: what came into a stage has come out of it, and nothing got lost between two.</summary>
internal static class NightlyBooks
{
    private static readonly string[] Sets = ["pin", "geo", "user"];

    /// <param name="tasks">The counts of each task that has any, by the task's key.</param>
    public static IEnumerable<string> Balance(IReadOnlyDictionary<string, Counts> tasks)
    {
        foreach (var set in Sets)
        {
            if (tasks.TryGetValue($"drain-{set}", out var drain) && drain["read"] != drain["records"] + drain["deadLetters"])
            {
                yield return $"drain-{set} read {drain["read"]} records, but {drain["records"]} landed and {drain["deadLetters"]} became dead letters: {drain["read"] - drain["records"] - drain["deadLetters"]} are missing.";
            }

            if (tasks.TryGetValue($"clean-{set}", out var clean) && clean["read"] != clean["accepted"] + clean["duplicates"] + clean["rejected"])
            {
                yield return $"clean-{set} read {clean["read"]} records, but accepted {clean["accepted"]}, found {clean["duplicates"]} duplicates and rejected {clean["rejected"]}: {clean["read"] - clean["accepted"] - clean["duplicates"] - clean["rejected"]} are missing.";
            }
        }

        // outside producers may have added to what was emulated, so more is no fault
        if (tasks.TryGetValue("emulate", out var emulated) && Sets.All(set => tasks.ContainsKey($"drain-{set}")))
        {
            var drained = Sets.Sum(set => tasks[$"drain-{set}"]["read"]);
            if (drained < emulated["records"])
            {
                yield return $"emulate sent {emulated["records"]} records, but only {drained} were drained: {emulated["records"] - drained} are missing.";
            }
        }
    }
}
