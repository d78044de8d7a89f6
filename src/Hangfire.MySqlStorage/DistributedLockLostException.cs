namespace Hangfire.MySql;

/// <summary>Nothing was written, because the database connection that held a distributed lock is gone, and the lock with it.</summary>
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
        $"The database connection that held the lock on '{string.Join("', '", resources)}' is lost, so what is done under the lock cannot be written. Release the lock and take it again.", cause);
}
