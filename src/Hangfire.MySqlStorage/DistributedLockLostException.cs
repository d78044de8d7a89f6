namespace Hangfire.MySql;

/// <summary>
/// The database connection that held a distributed lock is gone, and the lock with it: nothing can be written under it. Where the connection was lost
/// during a commit, nobody knows whether that was done; the inner exception says how it was lost.
/// </summary>
public sealed class DistributedLockLostException : InvalidOperationException
{
    /// <summary>Says nothing of the cause.</summary>
    public DistributedLockLostException()
    {
    }

    /// <summary>Says what happened.</summary>
    public DistributedLockLostException(string message) : base(message)
    {
    }

    /// <summary>Says what happened, and because of what.</summary>
    public DistributedLockLostException(string message, Exception? innerException) : base(message, innerException)
    {
    }

    internal static DistributedLockLostException Of(IEnumerable<string> resources, Exception? cause = null) => new(
        $"The database connection that held the lock on '{string.Join("', '", resources)}' is lost, {(cause is null
            ? "so what is done under the lock cannot be written"
            : "and whether what was sent under the lock just then was done is not known")}. Release the lock and take it again.", cause);
}
