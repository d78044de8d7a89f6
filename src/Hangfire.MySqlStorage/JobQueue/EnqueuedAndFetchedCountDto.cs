namespace Hangfire.MySql.JobQueue;

/// <summary>How many jobs a queue holds; null where its provider cannot tell.</summary>
public class EnqueuedAndFetchedCountDto
{
    /// <summary>Jobs that wait.</summary>
    public int? EnqueuedCount { get; set; }

    /// <summary>Jobs that a worker has fetched.</summary>
    public int? FetchedCount { get; set; }
}
