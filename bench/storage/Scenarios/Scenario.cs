using Hangfire;
using StorageBench.Peers;

namespace StorageBench.Scenarios;

/// <summary>One kind of measurement, the same for all storages.</summary>
internal abstract class Scenario(string name, string title)
{
    public string Name => name;

    public string Title => title;

    public virtual bool Fits(IPeer peer) => true;

    public abstract IEnumerable<Measure> Run(IPeer peer, Settings settings);

    protected static BackgroundJobServer Serve(JobStorage storage, int workers, TimeSpan? schedulePoll = null) => new(
        new BackgroundJobServerOptions
        {
            WorkerCount = workers,
            SchedulePollingInterval = schedulePoll ?? TimeSpan.FromSeconds(15),
            StopTimeout = TimeSpan.Zero,
            ShutdownTimeout = TimeSpan.FromSeconds(15),
        },
        storage);

    /// <summary>Puts jobs into the default queue, from several threads at once.</summary>
    protected static void Enqueue(JobStorage storage, Tally tally, int jobs, int producers)
    {
        var run = tally.Run;
        var threads = Enumerable.Range(0, producers).Select(producer => new Thread(() =>
        {
            var client = new BackgroundJobClient(storage);
            for (var i = producer; i < jobs; i += producers)
            {
                var index = i;
                client.Enqueue(() => Work.Count(run, index));
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
    }

    protected static void Close(JobStorage storage) => (storage as IDisposable)?.Dispose();

    /// <summary>What the server was asked per job, and what client and server have computed for it.</summary>
    protected static IEnumerable<Measure> PerJob(Traffic traffic, TimeSpan clientCpu, int jobs) =>
    [
        new("statements/job", traffic.Statements / jobs),
        new("commits/job", traffic.Commits / jobs),
        new("writing tx/job", traffic.Writes / jobs),
        new("all tx/job", traffic.Transactions / jobs),
        new("client µs/job", clientCpu.TotalMicroseconds / jobs),
        new("server µs/job", traffic.ServerCpu / jobs),
        new("deadlocks", traffic.Deadlocks),
        new("lock waits", traffic.LockWaits),
    ];
}
