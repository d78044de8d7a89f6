namespace Hangfire.MySql.JobQueue;

/// <summary>Keeps the queues of a storage: in its own tables by default, elsewhere for queues that are added to <see cref="MySqlStorage.QueueProviders"/>.</summary>
public interface IPersistentJobQueueProvider
{
    /// <summary>The queues themselves.</summary>
    IPersistentJobQueue GetJobQueue();

    /// <summary>What the dashboard shows of them.</summary>
    IPersistentJobQueueMonitoringApi GetJobQueueMonitoringApi();
}
