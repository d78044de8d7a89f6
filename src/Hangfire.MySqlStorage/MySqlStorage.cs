using System.Collections.Concurrent;
using Hangfire.Logging;
using Hangfire.MySql.Commands;
using Hangfire.MySql.JobQueue;
using Hangfire.MySql.Locking;
using Hangfire.MySql.Maintenance;
using Hangfire.MySql.Schema;
using Hangfire.MySql.Sql;
using Hangfire.Server;
using Hangfire.Storage;

namespace Hangfire.MySql;

/// <summary>
/// Stores Hangfire's jobs in MySQL 8.0.1+ or MariaDB 10.6+. It opens connections of its own and takes no part in an ambient transaction.
/// Locks are the database server's, so all processes must use one and the same server for writing.
/// </summary>
public sealed class MySqlStorage : JobStorage, IDisposable
{
    private static readonly HashSet<string> Features = new(StringComparer.OrdinalIgnoreCase)
    {
        JobStorageFeatures.ExtendedApi,
        JobStorageFeatures.JobQueueProperty,
        JobStorageFeatures.ProcessesInsteadOfComponents,
        JobStorageFeatures.Connection.BatchedGetFirstByLowest,
        JobStorageFeatures.Connection.GetUtcDateTime,
        JobStorageFeatures.Connection.GetSetContains,
        JobStorageFeatures.Connection.LimitedGetSetCount,
        JobStorageFeatures.Transaction.AcquireDistributedLock,
        JobStorageFeatures.Transaction.CreateJob,
        JobStorageFeatures.Transaction.SetJobParameter,
        JobStorageFeatures.Transaction.RemoveFromQueue(typeof(MySqlFetchedJob)),
        JobStorageFeatures.Monitoring.AwaitingJobs,
        JobStorageFeatures.Monitoring.DeletedStateGraphs,
    };

    private readonly Lock _fetching = new();
    private readonly ConcurrentDictionary<string, QueueFetcher> _fetchers = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _fetchedQueues = new(StringComparer.Ordinal);

    /// <summary>A storage in the database that the connection string names, with default options.</summary>
    public MySqlStorage(string connectionString) : this(connectionString, new MySqlStorageOptions())
    {
    }

    /// <summary>A storage in the database that the connection string names; its tables are created if they are missing.</summary>
    /// <exception cref="ArgumentException">The connection string names no database.</exception>
    public MySqlStorage(string connectionString, MySqlStorageOptions storageOptions)
    {
        ArgumentNullException.ThrowIfNull(connectionString);
        ArgumentNullException.ThrowIfNull(storageOptions);
        Options = storageOptions;
        Database = new Database(connectionString, storageOptions);
        if (string.IsNullOrEmpty(Database.DatabaseName))
        {
            throw new ArgumentException("The connection string names no database; add 'Database=…'.", nameof(connectionString));
        }

        LockName = new LockName(Database.DatabaseName, storageOptions.TablesPrefix);
        Signals = QueueSignals.Of(Database.Name, storageOptions.TablesPrefix);
        Leases = new Leases(this);
        ProcessLease = new ProcessLease(this);
        Heartbeat = new Heartbeat(this);
        JobIds = new JobIds(Database);
        if (storageOptions.PrepareSchemaIfNecessary)
        {
            SchemaInstaller.Install(Database, LockName);
        }
    }

    /// <summary>Always true: a job and its queue row are committed in one transaction.</summary>
    public override bool LinearizableReads => true;

    internal MySqlStorageOptions Options { get; }

    internal Database Database { get; }

    internal LockName LockName { get; }

    internal QueueSignals Signals { get; }

    internal Leases Leases { get; }

    internal ProcessLease ProcessLease { get; }

    internal Heartbeat Heartbeat { get; }

    internal JobIds JobIds { get; }

    internal IReadOnlyCollection<string> FetchedQueues => (IReadOnlyCollection<string>)_fetchedQueues.Keys;

    /// <inheritdoc />
    public override IMonitoringApi GetMonitoringApi() => new MySqlStorageMonitor(this);

    /// <inheritdoc />
    public override IStorageConnection GetConnection() => new MySqlStorageConnection(this);

    /// <inheritdoc />
    [Obsolete("Hangfire asks for processes instead; kept for tools that list components.")]
    public override IEnumerable<IServerComponent> GetComponents() => [new ExpirationManager(this), new CountersAggregator(this)];

    /// <inheritdoc />
    public override IEnumerable<IBackgroundProcess> GetServerRequiredProcesses() => [new HeartbeatProcess(Heartbeat)];

    /// <inheritdoc />
    public override IEnumerable<IBackgroundProcess> GetStorageWideProcesses() => [new ExpirationManager(this), new CountersAggregator(this)];

    /// <inheritdoc />
    public override bool HasFeature(string featureId)
    {
        ArgumentNullException.ThrowIfNull(featureId);
        return Features.Contains(featureId);
    }

    /// <inheritdoc />
    public override void WriteOptionsToLog(ILog logger)
    {
        logger.Info($"Using the following options for {this}:");
        logger.Info($"    Tables prefix: '{Options.TablesPrefix}'.");
        logger.Info($"    Queue poll interval: {Options.QueuePollInterval}.");
        logger.Info($"    Sliding invisibility timeout: {Options.SlidingInvisibilityTimeout}.");
        logger.Info($"    Job expiration check interval: {Options.JobExpirationCheckInterval}.");
        logger.Info($"    Counters aggregate interval: {Options.CountersAggregateInterval}.");
    }

    /// <summary>Server and database, as the dashboard shows them.</summary>
    public override string ToString() => $"MySQL: {Database.Name}";

    /// <summary>Ends the heartbeat and closes the storage's connections. Stop servers that use the storage first.</summary>
    public void Dispose()
    {
        foreach (var fetcher in _fetchers.Values)
        {
            fetcher.Dispose();
        }

        Heartbeat.Dispose();
        ProcessLease.Dispose();
        Database.Dispose();
    }

    internal QueueFetcher Fetcher(string[] queues)
    {
        var key = string.Join(',', queues.Select(queue => $"{queue.Length}:{queue}"));
        if (_fetchers.TryGetValue(key, out var fetcher))
        {
            return fetcher;
        }

        lock (_fetching)
        {
            return _fetchers.GetOrAdd(key, _ => StartFetching(queues));
        }
    }

    private QueueFetcher StartFetching(string[] queues)
    {
        ProcessLease.EnsureHeld(verify: false);
        foreach (var queue in queues)
        {
            _fetchedQueues[queue] = true;
        }

        Heartbeat.Start();
        return new QueueFetcher(this, queues);
    }
}
