using Hangfire;

namespace PinScheduler.Orchestration.Jobs;

/// <summary>Which queues have workers, and which servers live: why a task does not run, or may not be running any more.</summary>
internal sealed class ServedQueues(JobStorage storage)
{
    /// <summary>Hangfire's servers give a sign of life every 30 s.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(1.5);

    // who follows a run asks ten times a second
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);
    private readonly Lock _lock = new();
    private (long At, QueueWorkers Seen)? _last;

    /// <param name="now">By the database's clock.</param>
    public QueueWorkers Look(DateTime now)
    {
        lock (_lock)
        {
            if (_last is not { } last || Environment.TickCount64 - last.At > Fresh.TotalMilliseconds)
            {
                var living = storage.GetMonitoringApi().Servers().Where(server => now - (server.Heartbeat ?? server.StartedAt) < Silence).ToList();
                _last = last = (Environment.TickCount64, new QueueWorkers(
                    living.SelectMany(server => server.Queues.Select(queue => (queue, server.WorkersCount))).GroupBy(one => one.queue).ToDictionary(group => group.Key, group => group.Sum(one => one.WorkersCount)),
                    living.SelectMany(server => server.Queues.Select(queue => (queue, name: TaskJob.ServerName(server.Name)))).Distinct().CountBy(one => one.queue).ToDictionary(),
                    living.Select(server => TaskJob.ServerName(server.Name)).ToHashSet()));
            }

            return last.Seen;
        }
    }
}

/// <param name="Workers">By queue, over all servers.</param>
/// <param name="Serving">By queue, how many servers have workers for it.</param>
/// <param name="Servers">Their names.</param>
internal sealed record QueueWorkers(IReadOnlyDictionary<string, int> Workers, IReadOnlyDictionary<string, int> Serving, IReadOnlySet<string> Servers)
{
    public static QueueWorkers None { get; } = new(new Dictionary<string, int>(), new Dictionary<string, int>(), new HashSet<string>());

    /// <summary>A claim is itself a sign of life, so a task that began just now is not asked for.</summary>
    public bool IsSilent(string server, TimeSpan since) => since > TimeSpan.FromSeconds(5) && !Servers.Contains(server);

    public string WaitsIn(string queue) => Workers.GetValueOrDefault(queue) is > 0 and var workers
        ? $"waits for a free worker of the queue '{queue}', which has {workers}"
        : $"no server serves the queue '{queue}'; start one that does ('Pipeline:Workers:{queue}')";
}
