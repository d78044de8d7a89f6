namespace StorageBench.Soak;

/// <summary>Compares what was confirmed with what was executed.</summary>
internal sealed class Verdict(
    Dictionary<long, int> confirmed, List<(long Sequence, string Process, DateTime At)> executions, IReadOnlySet<string> killed, IReadOnlyList<(DateTime From, DateTime To)> outages)
{
    /// <summary>An outage ends for a worker some time after the database is back.</summary>
    private static readonly TimeSpan Aftermath = TimeSpan.FromSeconds(5);

    private readonly ILookup<long, (long Sequence, string Process, DateTime At)> _bySequence = executions.ToLookup(execution => execution.Sequence);

    public int Executions => executions.Count;

    public int Lost => confirmed.Count(job => _bySequence[job.Key].Count() < job.Value);

    /// <summary>Executions beyond those that were asked for.</summary>
    public int Doubled => confirmed.Sum(job => Math.Max(_bySequence[job.Key].Count() - job.Value, 0));

    /// <summary>Those of them whose predecessor was neither killed nor cut off from the database.</summary>
    public int Unexplained => confirmed.Where(job => _bySequence[job.Key].Count() > job.Value).Sum(job =>
    {
        var runs = _bySequence[job.Key].ToList();
        var explained = runs.Zip(runs.Skip(1)).Count(pair => killed.Contains(pair.First.Process) || outages.Any(outage =>
            pair.First.At <= outage.To + Aftermath && pair.Second.At >= outage.From));
        return Math.Max(runs.Count - job.Value - explained, 0);
    });
}
