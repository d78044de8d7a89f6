namespace Hangfire.MySql.JobQueue;

/// <summary>What the dashboard shows of a provider's queues.</summary>
public interface IPersistentJobQueueMonitoringApi
{
    /// <summary>The queues that there are.</summary>
    IEnumerable<string> GetQueues();

    /// <summary>Ids of the jobs that wait in a queue, the next one first.</summary>
    IEnumerable<int> GetEnqueuedJobIds(string queue, int from, int perPage);

    /// <summary>Ids of the jobs that have been fetched from a queue.</summary>
    IEnumerable<int> GetFetchedJobIds(string queue, int from, int perPage);

    /// <summary>How many jobs a queue holds.</summary>
    EnqueuedAndFetchedCountDto GetEnqueuedAndFetchedCount(string queue);
}
