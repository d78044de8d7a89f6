namespace PinScheduler.Stages;

/// <summary>What a task did, in numbers: interfaces name them (`records`, `rows`, …); they are kept on the task and balanced by the run.</summary>
public sealed record StageResult(IReadOnlyDictionary<string, long> Counts)
{
    public static StageResult Of(params ReadOnlySpan<(string Name, long Count)> counts)
    {
        var named = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var (name, count) in counts)
        {
            named[name] = count;
        }

        return new StageResult(named);
    }
}
