namespace PinScheduler.Inspection.Topics;

internal static class TopicsApi
{
    private const int DefaultCount = 5;

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

    public static async Task<IResult> PostAsync(SourcePost source, CancellationToken cancellationToken) => TypedResults.Ok(await source.DrawAsync(cancellationToken));
}
