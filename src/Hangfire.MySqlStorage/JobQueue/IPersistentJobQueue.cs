using System.Data;
using Hangfire.Storage;

namespace Hangfire.MySql.JobQueue;

/// <summary>Queues that hold the ids of jobs.</summary>
public interface IPersistentJobQueue
{
    /// <summary>Waits for a job in one of the queues and takes it.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled while waiting.</exception>
    IFetchedJob Dequeue(string[] queues, CancellationToken cancellationToken);

    /// <summary>
    /// Puts a job into a queue. It is called before the transaction that enqueues the job commits, on the transaction's connection; after a
    /// deadlock it is called again.
    /// </summary>
    void Enqueue(IDbConnection connection, string queue, string jobId);
}
