using Hangfire.Storage;

namespace Hangfire.MySql;

/// <summary>A distributed lock was not to be had within its time-out.</summary>
/// <param name="resource">What was to be locked.</param>
public class MySqlDistributedLockException(string resource) : DistributedLockTimeoutException(resource);
