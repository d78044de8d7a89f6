using System.Globalization;
using Hangfire.Common;
using Hangfire.MySql.Commands;
using Hangfire.States;
using Hangfire.Storage;

namespace Hangfire.MySql;

/// <summary>Collects what is to be written; the database sees nothing of it before <see cref="Commit"/>.</summary>
internal sealed class MySqlStorageTransaction(MySqlStorage storage, MySqlStorageConnection connection) : JobStorageTransaction
{
    private readonly List<IDisposable> _locks = [];
    private WriteSet _writes = new(storage.Database.Tables);

    public override void Commit()
    {
        connection.Commit(_writes);
        _writes = new WriteSet(storage.Database.Tables);
        ReleaseLocks();
    }

    public override void Dispose()
    {
        ReleaseLocks();
        base.Dispose();
    }

    public override void AcquireDistributedLock(string resource, TimeSpan timeout) => _locks.Add(connection.AcquireDistributedLock(resource, timeout));

    public override string CreateJob(Job job, IDictionary<string, string> parameters, DateTime createdAt, TimeSpan expireIn)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(parameters);
        var id = connection.NewJobId();
        _writes.Job(id).Create(NewJob.Of(job, createdAt), parameters, expireIn);
        return id.ToString(CultureInfo.InvariantCulture);
    }

    public override void SetJobParameter(string jobId, string name, string? value)
    {
        ArgumentNullException.ThrowIfNull(name);
        Job(jobId).SetParameter(name, value);
    }

    public override void ExpireJob(string jobId, TimeSpan expireIn) => Job(jobId).Expire(expireIn);

    public override void PersistJob(string jobId) => Job(jobId).Expire(null);

    public override void SetJobState(string jobId, IState state)
    {
        Job(jobId).AddState(Named(state), current: true);
    }

    public override void AddJobState(string jobId, IState state)
    {
        Job(jobId).AddState(Named(state), current: false);
    }

    public override void AddToQueue(string queue, string jobId)
    {
        ArgumentException.ThrowIfNullOrEmpty(queue);
        if (storage.Providers.Elsewhere(queue) is { } provider)
        {
            _writes.EnqueuedElsewhere.Add((provider.GetJobQueue(), queue, jobId));
            return;
        }

        _writes.Enqueued.Add(new QueuedJob(queue, JobId(jobId)));
    }

    public override void RemoveFromQueue(IFetchedJob fetchedJob)
    {
        ArgumentNullException.ThrowIfNull(fetchedJob);
        _writes.Acknowledged.Add(fetchedJob as MySqlFetchedJob
            ?? throw new ArgumentException($"A {fetchedJob.GetType().Name} was not fetched from this storage; pass what FetchNextJob has returned.", nameof(fetchedJob)));
    }

    public override void IncrementCounter(string key) => Count(key, 1, null);

    public override void IncrementCounter(string key, TimeSpan expireIn) => Count(key, 1, expireIn);

    public override void DecrementCounter(string key) => Count(key, -1, null);

    public override void DecrementCounter(string key, TimeSpan expireIn) => Count(key, -1, expireIn);

    public override void AddToSet(string key, string value) => AddToSet(key, value, 0);

    public override void AddToSet(string key, string value, double score)
    {
        ArgumentNullException.ThrowIfNull(value);
        Set(key, new AddToSet([value], score));
    }

    public override void AddRangeToSet(string key, IList<string> items)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(items);
        if (items.Contains(null!))
        {
            throw new ArgumentException($"One of the items for set '{key}' is null; give texts only.", nameof(items));
        }

        if (items.Count > 0)
        {
            Set(key, new AddToSet(items, 0));
        }
    }

    public override void RemoveFromSet(string key, string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        Set(key, new RemoveFromSet(value));
    }

    public override void RemoveSet(string key) => Set(key, new Remove(storage.Database.Tables.Set));

    public override void ExpireSet(string key, TimeSpan expireIn) => Set(key, new Expire(storage.Database.Tables.Set, expireIn));

    public override void PersistSet(string key) => Set(key, new Expire(storage.Database.Tables.Set, null));

    public override void InsertToList(string key, string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        List(key, new InsertToList(value));
    }

    public override void RemoveFromList(string key, string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        List(key, new RemoveFromList(value));
    }

    public override void TrimList(string key, int keepStartingFrom, int keepEndingAt) => List(key, new TrimList(keepStartingFrom, keepEndingAt));

    public override void ExpireList(string key, TimeSpan expireIn) => List(key, new Expire(storage.Database.Tables.List, expireIn));

    public override void PersistList(string key) => List(key, new Expire(storage.Database.Tables.List, null));

    public override void SetRangeInHash(string key, IEnumerable<KeyValuePair<string, string>> keyValuePairs)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(keyValuePairs);
        var command = new SetInHash(keyValuePairs);
        if (!command.IsEmpty)
        {
            Hash(key, command);
        }
    }

    public override void RemoveHash(string key) => Hash(key, new Remove(storage.Database.Tables.Hash));

    public override void ExpireHash(string key, TimeSpan expireIn) => Hash(key, new Expire(storage.Database.Tables.Hash, expireIn));

    public override void PersistHash(string key) => Hash(key, new Expire(storage.Database.Tables.Hash, null));

    /// <param name="jobId">The id as Hangfire knows it.</param>
    /// <param name="parameter">The name of the caller's argument, where it has another.</param>
    internal static long JobId(string jobId, string parameter = "jobId")
    {
        ArgumentNullException.ThrowIfNull(jobId, parameter);
        return long.TryParse(jobId, NumberStyles.Integer, CultureInfo.InvariantCulture, out var id)
            ? id
            : throw new ArgumentException($"'{jobId}' is no job id of this storage; its ids are whole numbers.", parameter);
    }

    private static IState Named(IState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return state.Name is not null
            ? state
            : throw new ArgumentException($"The state, a {state.GetType().Name}, has no name; give it one.", nameof(state));
    }

    private JobChange Job(string jobId) => _writes.Job(JobId(jobId));

    private void Count(string key, long by, TimeSpan? expireIn)
    {
        ArgumentNullException.ThrowIfNull(key);
        _writes.Count(key, by, expireIn);
    }

    private void Set(string key, KeyCommand command)
    {
        ArgumentNullException.ThrowIfNull(key);
        _writes.Set(key, command);
    }

    private void List(string key, KeyCommand command)
    {
        ArgumentNullException.ThrowIfNull(key);
        _writes.List(key, command);
    }

    private void Hash(string key, KeyCommand command)
    {
        ArgumentNullException.ThrowIfNull(key);
        _writes.Hash(key, command);
    }

    private void ReleaseLocks()
    {
        // in the order opposite to that in which they were taken
        for (var i = _locks.Count - 1; i >= 0; i--)
        {
            _locks[i].Dispose();
        }

        _locks.Clear();
    }
}
