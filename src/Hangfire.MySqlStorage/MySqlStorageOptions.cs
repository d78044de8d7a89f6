using System.Transactions;
using Hangfire.MySql.Schema;

namespace Hangfire.MySql;

/// <summary>How a <see cref="MySqlStorage"/> behaves. The names are those of Hangfire.MySqlStorage; the defaults are those that suit this one.</summary>
public class MySqlStorageOptions
{
    /// <summary>The prefix of table names when none is given: none.</summary>
    public const string DefaultTablesPrefix = "";

    private const int LongestTableName = 64;

    private static readonly int LongestPrefix = LongestTableName - nameof(Sql.Tables.AggregatedCounter).Length;

    private TimeSpan _queuePollInterval = TimeSpan.FromMilliseconds(250);
    private TimeSpan _slidingInvisibilityTimeout = TimeSpan.FromMinutes(5);
    private TimeSpan _jobExpirationCheckInterval = TimeSpan.FromHours(1);
    private TimeSpan _countersAggregateInterval = TimeSpan.FromMinutes(5);
    private TimeSpan _transactionTimeout = TimeSpan.FromMinutes(1);
    private int? _dashboardJobListLimit = 50_000;
    private string _tablesPrefix = DefaultTablesPrefix;

    /// <summary>Isolation of the storage's own transactions. Anything above ReadCommitted locks gaps and invites deadlocks.</summary>
    public IsolationLevel? TransactionIsolationLevel { get; set; } = IsolationLevel.ReadCommitted;

    /// <summary>
    /// How long a job enqueued by another process may wait to be noticed; jobs enqueued in this process start at once. Polling begins at 50 ms
    /// after each job, or at this where it is shorter, and slows down to this; to 250 ms where this is shorter, within a second without a job.
    /// </summary>
    public TimeSpan QueuePollInterval
    {
        get => _queuePollInterval;
        set => _queuePollInterval = Positive(value, nameof(QueuePollInterval));
    }

    /// <summary>
    /// How long a fetched job stays with its worker without a sign of life. The storage renews it five times within this span, however long
    /// the job runs. Jobs of a process that has died are handed out within seconds, without waiting for this.
    /// </summary>
    public TimeSpan SlidingInvisibilityTimeout
    {
        get => _slidingInvisibilityTimeout;
        set => _slidingInvisibilityTimeout = Positive(value, nameof(SlidingInvisibilityTimeout));
    }

    /// <summary>The same as <see cref="SlidingInvisibilityTimeout"/>; a job is never taken from a living worker.</summary>
    [Obsolete("Use SlidingInvisibilityTimeout: a fetched job is kept invisible for as long as its worker lives.")]
    public TimeSpan InvisibilityTimeout
    {
        get => SlidingInvisibilityTimeout;
        set => SlidingInvisibilityTimeout = value;
    }

    /// <summary>Pause between two removals of expired rows.</summary>
    public TimeSpan JobExpirationCheckInterval
    {
        get => _jobExpirationCheckInterval;
        set => _jobExpirationCheckInterval = Positive(value, nameof(JobExpirationCheckInterval));
    }

    /// <summary>Pause between two aggregations of counters.</summary>
    public TimeSpan CountersAggregateInterval
    {
        get => _countersAggregateInterval;
        set => _countersAggregateInterval = Positive(value, nameof(CountersAggregateInterval));
    }

    /// <summary>Create the tables, and bring older ones up to date, when the storage is made.</summary>
    public bool PrepareSchemaIfNecessary { get; set; } = true;

    /// <summary>
    /// Also rebuild, when the storage is made, the large tables that Hangfire.MySqlStorage 2.x created; see
    /// <see cref="MySqlObjectsInstaller.GetHeavyMigrationSql"/>. Nobody can write to a table while it is rebuilt, some 30 s for a million jobs.
    /// </summary>
    public bool EnableHeavyMigrations { get; set; }

    /// <summary>The dashboard counts the jobs of a state up to this number; null counts all.</summary>
    public int? DashboardJobListLimit
    {
        get => _dashboardJobListLimit;
        set => _dashboardJobListLimit = value is null or > 0
            ? value
            : throw new ArgumentException($"DashboardJobListLimit is {value}; give a positive number, or null to count all jobs.", nameof(value));
    }

    /// <summary>How long one statement may take before it is cancelled.</summary>
    public TimeSpan TransactionTimeout
    {
        get => _transactionTimeout;
        set => _transactionTimeout = Positive(value, nameof(TransactionTimeout));
    }

    /// <summary>What table names begin with; it also keeps the locks of two storages in one database apart.</summary>
    public string TablesPrefix
    {
        get => _tablesPrefix;
        set => _tablesPrefix = Prefix(value ?? DefaultTablesPrefix);
    }

    /// <summary>A table of Hangfire.MySqlStorage 2.x with more rows is not rebuilt without being asked for.</summary>
    internal int SmallTableRows { get; set; } = SchemaPlan.SmallRows;

    private static string Prefix(string value)
    {
        if (!value.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '$'))
        {
            throw new ArgumentException($"TablesPrefix is '{value}'; use letters, digits, '_' and '$' only.", nameof(value));
        }

        return value.Length <= LongestPrefix
            ? value
            : throw new ArgumentException(
                $"TablesPrefix is '{value}', of {value.Length} characters; use at most {LongestPrefix}: the server's names of tables have {LongestTableName} at most.", nameof(value));
    }

    private static TimeSpan Positive(TimeSpan value, string option) => value > TimeSpan.Zero
        ? value
        : throw new ArgumentException($"{option} is {value}; give a time span above zero.", nameof(value));
}
