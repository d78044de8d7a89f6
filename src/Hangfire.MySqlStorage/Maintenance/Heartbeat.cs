using System.Collections.Concurrent;
using Hangfire.Logging;
using Hangfire.MySql.JobQueue;
using Hangfire.MySql.Locking;
using Hangfire.MySql.Sql;

namespace Hangfire.MySql.Maintenance;

/// <summary>
/// What a process must do from time to time to be seen alive: hold its own lock, renew what it has fetched, keep sessions with locks open; and,
/// in return, look for processes that do so no longer. Runs on a thread of its own, because a busy thread pool must not cost a lease.
/// </summary>
internal sealed class Heartbeat(MySqlStorage storage) : IDisposable
{
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    /// <summary>Without a fetched job nobody looks at this process's lock.</summary>
    private static readonly TimeSpan IdleLeaseCheck = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan DeadProcessCheck = TimeSpan.FromSeconds(2);

    /// <summary>Well below the 120 s, or the lease where that is shorter, after which the server closes an idle session.</summary>
    private readonly TimeSpan _lockPing = TimeSpan.FromSeconds(Math.Min(30, storage.Leases.RenewalInterval.TotalSeconds));

    private static readonly ILog Log = LogProvider.For<Heartbeat>();

    private readonly ConcurrentDictionary<LockSession, bool> _locks = new();
    private readonly ManualResetEvent _stop = new(false);
    private readonly object _starting = new();
    private readonly object _beating = new();
    private readonly DeadProcesses _deadProcesses = new(storage);
    private Thread? _thread;
    private long _leaseChecked, _renewed, _clockRead, _deadChecked, _locksPinged = TimeProvider.System.GetTimestamp();
    private int _deadChecks;
    private bool _failing;

    public void Start()
    {
        lock (_starting)
        {
            if (_thread is null && !_stop.WaitOne(0))
            {
                _renewed = TimeProvider.System.GetTimestamp();
                _thread = new Thread(Run) { IsBackground = true, Name = "Hangfire.MySqlStorage heartbeat" };
                _thread.Start();
            }
        }
    }

    public void Watch(LockSession session)
    {
        _locks[session] = true;
        Start();
    }

    public void Unwatch(LockSession session) => _locks.TryRemove(session, out _);

    /// <summary>Does what is due; nothing when another thread is at it.</summary>
    public void RunOnce()
    {
        if (!Monitor.TryEnter(_beating))
        {
            return;
        }

        try
        {
            Beat();
            _failing = false;
        }
        catch (Exception error) when (!_failing)
        {
            _failing = true;
            RenewNext();
            Log.WarnException($"The heartbeat of this process does not reach {storage.Database.Name}; it goes on trying.", error);
        }
        catch (Exception error)
        {
            RenewNext();
            Log.TraceException("The heartbeat fails still.", error);
        }
        finally
        {
            Monitor.Exit(_beating);
        }
    }

    public void Dispose()
    {
        lock (_starting)
        {
            _stop.Set();
        }

        // a beat in the middle of a statement may take as long as the server does not answer
        _thread?.Join(Interval * 10);
    }

    private void Run()
    {
        do
        {
            RunOnce();
        }
        while (!_stop.WaitOne(Interval));
    }

    private void Beat()
    {
        var queues = storage.FetchedQueues;
        if (queues.Count > 0)
        {
            storage.ProcessLease.EnsureHeld(verify: storage.Leases.Any || IsDue(ref _leaseChecked, IdleLeaseCheck));
        }

        if (IsDue(ref _renewed, storage.Leases.RenewalInterval))
        {
            storage.Leases.Renew();
        }

        if (queues.Count > 0 && IsDue(ref _clockRead, storage.StaleLeases.LookUntil is null ? Interval : storage.Leases.RenewalInterval))
        {
            storage.StaleLeases.Saw(storage.Database.Read(connection => connection.Query($"select utc_timestamp(6)", row => row.Utc(0)))[0]);
        }

        // the first looks follow each other closely: at a restart, what was running should go on at once
        if (queues.Count > 0 && IsDue(ref _deadChecked, _deadChecks < 4 ? Interval : DeadProcessCheck))
        {
            _deadProcesses.RunOnce(queues);
            _deadChecks++;
        }

        storage.ReturnPutBy(atOnce: false);
        storage.Leases.PayOwed();
        if (IsDue(ref _locksPinged, _lockPing))
        {
            foreach (var session in _locks.Keys)
            {
                session.Ping();
            }

            storage.Shared?.Ping();
        }
    }

    /// <summary>Others judge the leases soon after the database is back.</summary>
    private void RenewNext() => _renewed = 0;

    private static bool IsDue(ref long last, TimeSpan interval)
    {
        // half a beat of slack: a beat is never quite punctual
        if (last != 0 && TimeProvider.System.GetElapsedTime(last) < interval - (Interval / 2))
        {
            return false;
        }

        last = TimeProvider.System.GetTimestamp();
        return true;
    }
}
