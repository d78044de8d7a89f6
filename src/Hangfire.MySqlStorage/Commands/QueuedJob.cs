namespace Hangfire.MySql.Commands;

/// <summary>A job that a transaction puts into a queue.</summary>
internal sealed class QueuedJob(string queue, long jobId)
{
    public string Queue => queue;

    public long JobId => jobId;

    /// <summary>With which its row is written, for a worker of this process that waits for a job; null for anyone.</summary>
    public string? Token { get; set; }
}
