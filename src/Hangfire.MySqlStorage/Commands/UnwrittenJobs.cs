using System.Collections.Concurrent;

namespace Hangfire.MySql.Commands;

/// <summary>
/// Jobs that have their id but are not written yet, because their first state follows at once and goes into the same transaction. Whoever asks for
/// one of them by its id in this process has it written first; other processes cannot know the id.
/// </summary>
internal sealed class UnwrittenJobs
{
    private static readonly ConcurrentDictionary<string, UnwrittenJobs> All = new(StringComparer.Ordinal);

    private readonly ConcurrentDictionary<long, CreatedJob> _jobs = new();

    private UnwrittenJobs()
    {
    }

    public static UnwrittenJobs Of(string database, string prefix) => All.GetOrAdd($"{database}\0{prefix}".ToLowerInvariant(), _ => new UnwrittenJobs());

    public int Count => _jobs.Count;

    public void Add(long jobId, CreatedJob job) => _jobs[jobId] = job;

    public void Remove(long jobId) => _jobs.TryRemove(jobId, out _);

    /// <param name="jobId">The job that somebody asks for.</param>
    /// <param name="asking">What the asking connection has created: it writes that itself.</param>
    public void Write(long jobId, CreatedJob? asking)
    {
        if (_jobs.TryGetValue(jobId, out var job) && job != asking)
        {
            job.WriteForOthers();
        }
    }
}
