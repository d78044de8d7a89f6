using Hangfire;
using Hangfire.Storage.Monitoring;

namespace PinScheduler.Orchestration.Jobs;

/// <summary>Which queues have workers, and which servers live: why a task does not run, or may not be running any more.</summary>
internal sealed class ServedQueues(JobStorage storage)
{
    /// <summary>How often a server gives a sign of life; Hangfire's own 30 s would leave one that was killed among the living for longer than a run takes.</summary>
    public static readonly TimeSpan SignOfLife = TimeSpan.FromSeconds(5);

    // some signs may be late where the machine or the database is busy
    private static readonly TimeSpan Silence = SignOfLife * 4;

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
                var living = storage.GetMonitoringApi().Servers().Where(server => SilentSince(server, now) is null).ToList();
                _last = last = (Environment.TickCount64, new QueueWorkers(
                    living.SelectMany(server => server.Queues.Select(queue => (queue, server.WorkersCount))).GroupBy(one => one.queue).ToDictionary(group => group.Key, group => group.Sum(one => one.WorkersCount)),
                    living.SelectMany(server => server.Queues.Select(queue => (queue, name: TaskJob.ServerName(server.Name)))).Distinct().CountBy(one => one.queue).ToDictionary(),
                    living.Select(server => TaskJob.ServerName(server.Name)).ToHashSet()));
            }

            return last.Seen;
        }
    }

    /// <summary>When a server was last heard of, where that is too long ago for it to live; Hangfire itself forgets it only minutes later.</summary>
    /// <param name="server">As the storage has it.</param>
    /// <param name="now">By the database's clock.</param>
    public static DateTime? SilentSince(ServerDto server, DateTime now) => (server.Heartbeat ?? server.StartedAt) is var heard && now - heard >= Silence ? heard : null;
}

/// <param name="Workers">By queue, over all servers.</param>
/// <param name="Serving">By queue, how many servers have workers for it.</param>
/// <param name="Servers">Their names.</param>
internal sealed record QueueWorkers(IReadOnlyDictionary<string, int> Workers, IReadOnlyDictionary<string, int> Serving, IReadOnlySet<string> Servers)
{
    public static QueueWorkers None { get; } = new(new Dictionary<string, int>(), new Dictionary<string, int>(), new HashSet<string>());

    /// <summary>A claim is itself a sign of life, so a task that began just now is not asked for.</summary>
    public bool IsSilent(string server, TimeSpan since) => since > TimeSpan.FromSeconds(5) && !Servers.Contains(server);

    public bool Serve(string queue) => Workers.GetValueOrDefault(queue) > 0;

    public string WaitsIn(string queue) => Workers.GetValueOrDefault(queue) is > 0 and var workers
        ? $"waits for a free worker of the queue '{queue}', which has {workers}"
        : $"no server serves the queue '{queue}'; start one that does ('Pipeline:Workers:{queue}')";
}
