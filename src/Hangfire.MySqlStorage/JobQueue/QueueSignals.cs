using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace Hangfire.MySql.JobQueue;

/// <summary>
/// Wakes the fetchers of this process when a job has been committed to their queue. Shared by all storages of the process that use the same
/// tables, so that a client's storage wakes a server's.
/// </summary>
internal sealed class QueueSignals
{
    private static readonly ConcurrentDictionary<string, QueueSignals> All = new(StringComparer.Ordinal);

    private readonly ConcurrentDictionary<string, ImmutableArray<AutoResetEvent>> _listeners = new(StringComparer.Ordinal);

    private QueueSignals()
    {
    }

    public static QueueSignals Of(string database, string prefix) => All.GetOrAdd($"{database}\0{prefix}".ToLowerInvariant(), _ => new QueueSignals());

    public void Listen(string queue, AutoResetEvent listener) =>
        _listeners.AddOrUpdate(queue, _ => [listener], (_, listeners) => listeners.Add(listener));

    public void Leave(string queue, AutoResetEvent listener) =>
        _listeners.AddOrUpdate(queue, _ => [], (_, listeners) => listeners.Remove(listener));

    public void Set(string queue)
    {
        if (_listeners.TryGetValue(queue, out var listeners))
        {
            foreach (var listener in listeners)
            {
                listener.Set();
            }
        }
    }
}
