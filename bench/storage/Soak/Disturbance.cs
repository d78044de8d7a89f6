using StorageBench.Peers;
using StorageBench.Report;

namespace StorageBench.Soak;

/// <summary>Kills workers, and kills or freezes the database, every few seconds at random; remembers what it has done.</summary>
internal sealed class Disturbance(SoakSettings settings, PrivateMariaDb server, Ledger ledger, List<WorkerProcess> workers, Func<string, WorkerProcess> start)
{
    private static readonly TimeSpan Frozen = TimeSpan.FromSeconds(20);

    private readonly HashSet<string> _killed = new(StringComparer.Ordinal);
    private readonly List<(DateTime From, DateTime To)> _outages = [];
    private int _incarnation;
    private long _deadlocks, _lockWaits;

    public IReadOnlySet<string> Killed => _killed;

    public IReadOnlyList<(DateTime From, DateTime To)> Outages => _outages;

    public long Deadlocks => _deadlocks + ledger.Status("Innodb_deadlocks");

    public long LockWaits => _lockWaits + ledger.Status("Innodb_row_lock_waits");

    /// <summary>The next blow is due within this time.</summary>
    public TimeSpan NextWorker { get; } = TimeSpan.FromSeconds(4);

    public TimeSpan NextDatabase { get; } = TimeSpan.FromSeconds(45);

    public void KillWorker()
    {
        var index = Random.Shared.Next(workers.Count);
        var worker = workers[index];
        _killed.Add(worker.Name);
        worker.Kill();
        worker.Dispose();
        workers[index] = start($"{worker.Name.Split('.')[0]}.{++_incarnation}");
        Output.Progress($"killed {worker.Name}");
    }

    public void DisturbDatabase()
    {
        var from = ledger.Now();
        if (settings.FreezeDatabase && (!settings.RestartDatabase || Random.Shared.Next(2) == 0))
        {
            server.Freeze(Frozen);
            Output.Progress($"froze the database for {Frozen.TotalSeconds} s");
        }
        else
        {
            _deadlocks += ledger.Status("Innodb_deadlocks");
            _lockWaits += ledger.Status("Innodb_row_lock_waits");
            server.Kill();
            server.Start();
            ledger.LogDeadlocks();
            Output.Progress("killed the database and started it again");
        }

        _outages.Add((from, ledger.Now()));
    }
}
