using Hangfire;
using MySqlConnector;

namespace StorageBench.Soak;

/// <summary>Threads that enqueue jobs of several kinds and remember each that was confirmed.</summary>
internal sealed class Producers(JobStorage storage, int threads, int backlog) : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Thread> _threads = [];
    private readonly Dictionary<long, int> _confirmed = [];
    private readonly Lock _gate = new();
    private long _sequence, _unconfirmed, _waiting;

    /// <summary>Each confirmed job, and how often it is to run.</summary>
    public Dictionary<long, int> Confirmed
    {
        get
        {
            lock (_gate)
            {
                return new(_confirmed);
            }
        }
    }

    /// <summary>Jobs whose enqueuing failed: they may be there or not.</summary>
    public long Unconfirmed => Interlocked.Read(ref _unconfirmed);

    /// <summary>Told from time to time, so that the backlog stays bounded.</summary>
    public long Waiting
    {
        get => Interlocked.Read(ref _waiting);
        set => Interlocked.Exchange(ref _waiting, value);
    }

    public void Start()
    {
        for (var i = 0; i < threads; i++)
        {
            _threads.Add(new Thread(Produce));
        }

        _threads.ForEach(thread => thread.Start());
    }

    public void Stop()
    {
        _stop.Cancel();
        _threads.ForEach(thread => thread.Join());
    }

    public void Dispose() => _stop.Dispose();

    private void Produce()
    {
        var client = new BackgroundJobClient(storage) { RetryAttempts = 0 };
        while (!_stop.IsCancellationRequested)
        {
            var sequence = Interlocked.Increment(ref _sequence);
            while (Waiting > backlog && !_stop.IsCancellationRequested)
            {
                Thread.Sleep(20);
            }

            try
            {
                Enqueue(client, sequence);
            }
            catch (Exception error) when (error is MySqlException or InvalidOperationException or BackgroundJobClientException)
            {
                Interlocked.Increment(ref _unconfirmed);
                Thread.Sleep(100);
            }
        }
    }

    private void Enqueue(BackgroundJobClient client, long sequence)
    {
        switch (sequence % 10)
        {
            case 0:
                var parent = client.Enqueue(() => SoakJobs.Run(sequence));
                Confirm(sequence);
                var next = Interlocked.Increment(ref _sequence);
                client.ContinueJobWith(parent, () => SoakJobs.Run(next));
                Confirm(next);
                break;
            case 1:
                client.Schedule(() => SoakJobs.Run(sequence), TimeSpan.FromSeconds(1));
                Confirm(sequence);
                break;
            case 2:
                client.Enqueue(() => SoakJobs.FailOnce(sequence));
                Confirm(sequence, runs: 2);
                break;
            default:
                client.Enqueue(() => SoakJobs.Run(sequence));
                Confirm(sequence);
                break;
        }
    }

    private void Confirm(long sequence, int runs = 1)
    {
        lock (_gate)
        {
            _confirmed.Add(sequence, runs);
        }
    }
}
