namespace PinScheduler.Inspection.Topics;

internal static class TopicsApi
{
    private const int DefaultCount = 5;
    private const int DefaultMinutes = 24 * 60;

    public static async Task<IResult> ListAsync(TopicReader topics, CancellationToken cancellationToken, bool all = false) => TypedResults.Ok(await topics.ListAsync(all, cancellationToken));

    public static async Task<IResult> ShowAsync(string topic, TopicReader topics, CancellationToken cancellationToken) =>
        TypedResults.Ok(await topics.ShowAsync(await topics.FindAsync(topic, cancellationToken), cancellationToken));

    public static async Task<IResult> PeekAsync(string topic, TopicReader topics, LastRecords records, CancellationToken cancellationToken, string? limit = null, string? partition = null)
    {
        var count = limit is null ? DefaultCount : (int)NotInspectableException.Number("limit", limit, 1, LastRecords.Most);
        var found = await topics.FindAsync(topic, cancellationToken);
        var only = partition is null ? (int?)null : (int)NotInspectableException.Number("partition", partition, 0, found.Partitions.Count - 1);
        return TypedResults.Ok(await records.ReadAsync(found, only, count, cancellationToken));
    }

    public static async Task<IResult> LagAsync(string topic, TopicReader topics, LagHistory history, CancellationToken cancellationToken, string? limit = null)
    {
        var most = limit is null ? DefaultMinutes : (int)NotInspectableException.Number("limit", limit, 1, LagHistory.MinutesKept);
        var samples = await history.ReadAsync(topic, most, cancellationToken);
        if (samples.Count == 0)
        {
            // what is known stands where Kafka is away; only of an unknown topic it is asked whether there is one
            _ = await topics.FindAsync(topic, cancellationToken);
        }

        return TypedResults.Ok(samples);
    }

    public static async Task<IResult> PostAsync(SourcePost source, CancellationToken cancellationToken) => TypedResults.Ok(await source.DrawAsync(cancellationToken));
}
