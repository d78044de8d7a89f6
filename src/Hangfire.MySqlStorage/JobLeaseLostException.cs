namespace Hangfire.MySql;

/// <summary>
/// Nothing was written, because the worker that wrote no longer owns its fetched job: it was silent for longer than
/// <see cref="MySqlStorageOptions.SlidingInvisibilityTimeout"/>, or its process was taken for dead, and the job has gone back to its queue.
/// </summary>
public sealed class JobLeaseLostException : InvalidOperationException
{
    /// <summary>Says nothing of the cause.</summary>
    public JobLeaseLostException()
    {
    }

    /// <summary>Says what happened.</summary>
    public JobLeaseLostException(string message) : base(message)
    {
    }

    /// <summary>Says what happened, and because of what.</summary>
    public JobLeaseLostException(string message, Exception? innerException) : base(message, innerException)
    {
    }

    internal static JobLeaseLostException Of(string jobId, Exception? cause = null) => new(
        $"Nothing was written: job '{jobId}' no longer belongs to this worker, because its lease had run out. Another worker runs it; this one should stop.", cause);
}
