using Hangfire.Logging;
using Hangfire.MySql.Sql;

namespace Hangfire.MySql.JobQueue;

/// <summary>Gives back to their queues the jobs that a process had fetched which is no more: the one whose <see cref="ProcessLease"/> is free.</summary>
internal sealed class DeadProcesses(MySqlStorage storage)
{
    /// <summary>
    /// A living process whose connection has dropped takes its lock anew within a beat; it must not be taken for dead before. Below two beats, so
    /// that the third look decides: after a restart, jobs go on about a second later.
    /// </summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(800);

    private static readonly ILog Log = LogProvider.For<DeadProcesses>();

    private readonly Dictionary<string, long> _suspects = new(StringComparer.Ordinal);

    public void RunOnce(IReadOnlyCollection<string> queues)
    {
        if (queues.Count == 0)
        {
            return;
        }

        var free = WithFreeLock(Owners(queues));
        foreach (var revived in _suspects.Keys.Except(free).ToArray())
        {
            _suspects.Remove(revived);
        }

        foreach (var processId in free)
        {
            if (!_suspects.TryGetValue(processId, out var since))
            {
                _suspects.Add(processId, TimeProvider.System.GetTimestamp());
            }
            else if (TimeProvider.System.GetElapsedTime(since) >= Grace)
            {
                _suspects.Remove(processId);
                Release(processId, queues);
            }
        }
    }

    private List<string> Owners(IReadOnlyCollection<string> queues) => storage.Database.Read(connection => connection.Query(
        $"""
        select distinct substring_index(FetchToken, ':', 1) from {storage.Database.Tables.JobQueue}
        where Queue in ({queues}) and FetchedAt > '1970-01-01' and FetchToken like '%:%'
        """,
        row => row.GetString(0))).Where(owner => owner != storage.ProcessLease.ProcessId).ToList();

    private HashSet<string> WithFreeLock(List<string> owners)
    {
        var free = new HashSet<string>(StringComparer.Ordinal);
        foreach (var owner in owners)
        {
            var name = storage.LockName.Of(ProcessLease.Resource(owner));
            if (storage.Database.Read(connection => connection.Query($"select is_free_lock({name})", row => !row.IsDBNull(0) && row.GetInt64(0) == 1))[0])
            {
                free.Add(owner);
            }
        }

        return free;
    }

    private void Release(string processId, IReadOnlyCollection<string> queues)
    {
        var table = storage.Database.Tables.JobQueue;
        var ids = storage.Database.Read(connection => connection.Query(
            $"select Id from {table} where Queue in ({queues}) and FetchedAt > '1970-01-01' and FetchToken like {processId + ":%"} order by Id",
            row => row.GetInt64(0)));
        if (ids.Count == 0)
        {
            return;
        }

        var released = storage.Database.Write(connection => connection.Execute(
            $"update {new RowIds(ids)} v straight_join {table} q force index (primary) on q.Id = v.Id set q.FetchedAt = null, q.FetchToken = null where q.FetchToken like {processId + ":%"}"));
        Log.Warn($"Process {processId} is gone; {released} job(s) that it had fetched are back in their queues.");
        foreach (var queue in queues)
        {
            storage.Signals.Set(queue);
        }
    }
}
