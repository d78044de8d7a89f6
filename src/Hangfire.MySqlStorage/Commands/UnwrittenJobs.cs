using System.Collections.Concurrent;

namespace Hangfire.MySql.Commands;

/// <summary>
/// Jobs that have their id but are not written yet, because their first state follows at once and goes into the same transaction. Whoever asks for
/// one of them by its id in this process has it written first; other processes cannot know the id.
/// </summary>
internal sealed class UnwrittenJobs
{
    private static readonly ConcurrentDictionary<string, UnwrittenJobs> All = new(StringComparer.Ordinal);

    private readonly ConcurrentDictionary<long, MySqlStorageConnection> _owners = new();

    private UnwrittenJobs()
    {
    }

    public static UnwrittenJobs Of(string database, string prefix) => All.GetOrAdd($"{database}\0{prefix}", _ => new UnwrittenJobs());

    public void Add(long jobId, MySqlStorageConnection owner) => _owners[jobId] = owner;

    public void Remove(long jobId) => _owners.TryRemove(jobId, out _);

    public void Write(long jobId, MySqlStorageConnection? asking)
    {
        if (_owners.TryGetValue(jobId, out var owner) && owner != asking)
        {
            owner.WriteCreatedForOthers();
        }
    }
}
