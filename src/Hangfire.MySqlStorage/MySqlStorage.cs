using System.Collections.Concurrent;
using Hangfire.Logging;
using Hangfire.MySql.Commands;
using Hangfire.MySql.JobQueue;
using Hangfire.MySql.Locking;
using Hangfire.MySql.Maintenance;
using Hangfire.MySql.Schema;
using Hangfire.MySql.Sharing;
using Hangfire.MySql.Sql;
using Hangfire.Server;
using Hangfire.Storage;
using MySqlConnector;

namespace Hangfire.MySql;

/// <summary>
/// Stores Hangfire's jobs in MySQL 8.0.1+ or MariaDB 10.6+. With a connection string, it opens connections of its own and takes no part in an ambient transaction.
/// Locks are the database server's, so all processes must use one and the same server for writing.
/// </summary>
public class MySqlStorage : JobStorage, IDisposable
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

    private readonly PersistentJobQueueProviderCollection _providers;
    private readonly object _fetching = new();
    private readonly ConcurrentDictionary<string, QueueFetcher> _fetchers = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _fetchedQueues = new(StringComparer.Ordinal);
    private int _servers;

    /// <summary>A storage in the database that the connection string names, with default options.</summary>
    public MySqlStorage(string connectionString) : this(connectionString, new MySqlStorageOptions())
    {
    }

    /// <summary>A storage in the database that the connection string names; its tables are created if they are missing.</summary>
    /// <exception cref="ArgumentException">The connection string names no database.</exception>
    public MySqlStorage(string connectionString, MySqlStorageOptions storageOptions)
        : this(Pool(connectionString, storageOptions), storageOptions, nameof(connectionString))
    {
        Shared = new SharedWork(this);
        if (storageOptions.PrepareSchemaIfNecessary)
        {
            SchemaInstaller.Install(Database, LockName, storageOptions);
        }
    }

    /// <summary>
    /// A storage on one connection that stays the caller's: it takes part in the caller's transaction, ambient or begun on the connection, and
    /// installs no tables. Use it to write jobs together with other data; servers want a connection string, which gives them several connections.
    /// </summary>
    /// <remarks>
    /// The storage uses the connection only while one of its methods runs; but once a server fetches jobs through it, at any time. The locks are
    /// the connection's, and are lost with it. A job that a dead process had fetched comes back after
    /// <see cref="MySqlStorageOptions.SlidingInvisibilityTimeout"/> only.
    /// </remarks>
    /// <exception cref="ArgumentException">The connection has no database.</exception>
    public MySqlStorage(MySqlConnection existingConnection, MySqlStorageOptions storageOptions)
        : this(Existing(existingConnection, storageOptions), storageOptions, nameof(existingConnection))
    {
        var database = (ExistingConnectionDatabase)Database;
        database.Locks = ExistingConnectionLocks = new ExistingConnectionLocks(database, LockName);
    }

    private MySqlStorage(Database database, MySqlStorageOptions options, string source)
    {
        if (string.IsNullOrEmpty(database.DatabaseName))
        {
            throw new ArgumentException("The connection names no database; add 'Database=…' to its connection string.", source);
        }

        Options = options;
        Database = database;
        LockName = new LockName(Database.DatabaseName, options.TablesPrefix);
        Signals = QueueSignals.Of(Database.Name, options.TablesPrefix);
        Leases = new Leases(this);
        StaleLeases = new StaleLeases(Leases.RenewalInterval);
        ProcessLease = new ProcessLease(this);
        Heartbeat = new Heartbeat(this);
        JobIds = new JobIds(Database);
        Unwritten = UnwrittenJobs.Of(Database.Name, options.TablesPrefix);
        _providers = new PersistentJobQueueProviderCollection(new MySqlJobQueueProvider(this));
    }

    /// <summary>Which queues are kept elsewhere than in the storage's own tables; none at first.</summary>
    public virtual PersistentJobQueueProviderCollection QueueProviders => _providers;

    /// <summary>True while all queues are in the storage's own tables: a job and its queue row are committed in one transaction.</summary>
    public override bool LinearizableReads => Providers.IsDefaultOnly;

    internal PersistentJobQueueProviderCollection Providers => QueueProviders;

    /// <summary>The locks of a storage on an existing connection; null where each lock holder has a connection of its own.</summary>
    internal ExistingConnectionLocks? ExistingConnectionLocks { get; }

    internal MySqlStorageOptions Options { get; }

    internal Database Database { get; }

    internal LockName LockName { get; }

    internal QueueSignals Signals { get; }

    internal Leases Leases { get; }

    internal StaleLeases StaleLeases { get; }

    internal ProcessLease ProcessLease { get; }

    internal Heartbeat Heartbeat { get; }

    /// <summary>Null on an existing connection, which is all that there is.</summary>
    internal SharedWork? Shared { get; }

    internal JobIds JobIds { get; }

    internal UnwrittenJobs Unwritten { get; }

    /// <summary>Whether a server of this process has workers that come for jobs one after the other.</summary>
    internal bool RunsServer => Volatile.Read(ref _servers) > 0;

    internal IReadOnlyCollection<string> FetchedQueues => (IReadOnlyCollection<string>)_fetchedQueues.Keys;

    /// <inheritdoc />
    public override IMonitoringApi GetMonitoringApi()
    {
        Shared?.Behind.SettleAll();
        return new MySqlStorageMonitor(this);
    }

    /// <inheritdoc />
    public override IStorageConnection GetConnection() => new MySqlStorageConnection(this);

    /// <inheritdoc />
    [Obsolete("Hangfire asks for processes instead; kept for tools that list components.")]
    public override IEnumerable<IServerComponent> GetComponents() => [new ExpirationManager(this), new CountersAggregator(this)];

    /// <inheritdoc />
    public override IEnumerable<IBackgroundProcess> GetServerRequiredProcesses() => [new HeartbeatProcess(this)];

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
        Shared?.Dispose();
        ProcessLease.Dispose();
        Database.Dispose();
        GC.SuppressFinalize(this);
    }

    internal void ServerStarts() => Interlocked.Increment(ref _servers);

    internal void ServerStops()
    {
        if (Interlocked.Decrement(ref _servers) == 0)
        {
            ReturnPutBy(atOnce: true);
        }
    }

    /// <summary>Gives back jobs that were claimed for workers which have not come for them.</summary>
    internal void ReturnPutBy(bool atOnce)
    {
        foreach (var fetcher in _fetchers.Values)
        {
            fetcher.ReturnPutBy(atOnce);
        }
    }

    /// <summary>What is claimed with a commit: the next job for a worker that has finished one, and jobs for workers that wait for what is enqueued.</summary>
    internal IReadOnlyList<ClaimRequest> ClaimsOf(WriteSet writes)
    {
        var claims = new List<ClaimRequest>();
        if (!RunsServer || !writes.IsSmall)
        {
            return claims;
        }

        if (writes.Acknowledged.FirstOrDefault()?.Fetcher?.Next() is { } next)
        {
            claims.Add(next);
        }

        // one that is enqueued while it still runs here is better begun when it has ended: Hangfire tells the two apart by the name of the state only
        foreach (var queue in writes.Enqueued.Where(job => !Leases.Holds(job.JobId)).GroupBy(job => job.Queue, StringComparer.Ordinal))
        {
            var left = queue.ToList();
            foreach (var fetcher in _fetchers.Values.TakeWhile(_ => left.Count > 0))
            {
                if (fetcher.Handover(queue.Key, left) is { } handover)
                {
                    left.RemoveRange(0, handover.Wanted);
                    claims.Add(handover);
                }
            }
        }

        return claims;
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

    private static Database Pool(string connectionString, MySqlStorageOptions storageOptions)
    {
        ArgumentNullException.ThrowIfNull(connectionString);
        ArgumentNullException.ThrowIfNull(storageOptions);
        return new Database(connectionString, storageOptions);
    }

    private static ExistingConnectionDatabase Existing(MySqlConnection existingConnection, MySqlStorageOptions storageOptions)
    {
        ArgumentNullException.ThrowIfNull(existingConnection);
        ArgumentNullException.ThrowIfNull(storageOptions);
        return new ExistingConnectionDatabase(existingConnection, storageOptions);
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
