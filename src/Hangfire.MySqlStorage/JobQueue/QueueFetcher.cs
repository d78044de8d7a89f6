using Hangfire.Logging;

namespace Hangfire.MySql.JobQueue;

/// <summary>
/// The workers of this process that wait for the same queues. One of them leads: it alone asks the database, claims as many jobs as there are
/// workers waiting, takes the first and hands out the rest. So an idle server costs one small statement a poll, however many workers it has.
/// </summary>
/// <remarks>
/// <code>
/// waiting ──(nobody leads)──► leading ──(claimed)──► working
///    ▲  └────(handed a job)─────────────────────────►
///    └── the leader, leaving, makes the longest waiting one the next
/// </code>
/// </remarks>
internal sealed class QueueFetcher : IDisposable
{
    /// <summary>Where polling begins after a job, because jobs come in flocks.</summary>
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(50);

    /// <summary>Where it slows down to at least, however short an interval was asked for: four statements a second keep an idle server quiet.</summary>
    private static readonly TimeSpan IdlePause = TimeSpan.FromMilliseconds(250);

    private const double Slowdown = 1.2;

    private static readonly ILog Log = LogProvider.For<QueueFetcher>();

    private readonly Lock _gate = new();
    private readonly List<Waiter> _waiting = [];
    private readonly AutoResetEvent _signal = new(false);
    private readonly MySqlStorage _storage;
    private readonly string[] _queues;
    private readonly JobClaimer _claimer;
    private bool _led;
    private bool _likely = true;
    private TimeSpan _pause;

    public QueueFetcher(MySqlStorage storage, string[] queues)
    {
        _storage = storage;
        _queues = queues;
        _claimer = new JobClaimer(storage, queues);
        _pause = Shortest;
        foreach (var queue in queues)
        {
            storage.Signals.Listen(queue, _signal);
        }
    }

    /// <summary>How long the leader waits for a signal before it asks again.</summary>
    public TimeSpan Pause => _pause;

    private TimeSpan Shortest => ShortestPause < _storage.Options.QueuePollInterval ? ShortestPause : _storage.Options.QueuePollInterval;

    public MySqlFetchedJob Fetch(CancellationToken cancellationToken)
    {
        using var me = new Waiter();
        lock (_gate)
        {
            _waiting.Add(me);
            me.Leads = !_led;
            _led = true;
        }

        try
        {
            if (!me.Leads)
            {
                me.Turn.Wait(cancellationToken);
            }

            if (me.Job is null)
            {
                Lead(me, cancellationToken);
            }

            return me.Job!;
        }
        catch
        {
            Leave(me);
            // a job may have been handed over in the same moment
            me.Job?.Dispose();
            throw;
        }
        finally
        {
            Leave(me);
        }
    }

    public void Dispose()
    {
        foreach (var queue in _queues)
        {
            _storage.Signals.Leave(queue, _signal);
        }
    }

    private void Lead(Waiter me, CancellationToken cancellationToken)
    {
        var handles = new[] { _signal, cancellationToken.WaitHandle };
        while (true)
        {
            if (!_likely)
            {
                _likely = WaitHandle.WaitAny(handles, _pause) == 0;
                _pause = _likely ? Shortest : Slower(_pause);
            }

            cancellationToken.ThrowIfCancellationRequested();
            int wanted;
            lock (_gate)
            {
                wanted = _waiting.Count;
            }

            var jobs = _claimer.Claim(wanted, _likely);
            _likely = jobs.Count == wanted;
            if (jobs.Count > 0)
            {
                _pause = Shortest;
                HandOut(me, jobs);
                return;
            }
        }
    }

    private TimeSpan Slower(TimeSpan pause)
    {
        var longest = _storage.Options.QueuePollInterval > IdlePause ? _storage.Options.QueuePollInterval : IdlePause;
        return pause * Slowdown < longest ? pause * Slowdown : longest;
    }

    private void HandOut(Waiter me, List<MySqlFetchedJob> jobs)
    {
        me.Job = jobs[0];
        var next = 1;
        lock (_gate)
        {
            foreach (var waiter in _waiting.Where(waiter => waiter != me).ToArray())
            {
                if (next == jobs.Count)
                {
                    break;
                }

                waiter.Job = jobs[next++];
                _waiting.Remove(waiter);
                waiter.Turn.Set();
            }
        }

        // whoever was to get these has stopped waiting meanwhile
        foreach (var job in jobs.Skip(next))
        {
            Log.Debug($"Job '{job.JobId}' goes back to queue '{job.Queue}': the worker that waited for it has stopped.");
            job.Dispose();
        }
    }

    private void Leave(Waiter me)
    {
        lock (_gate)
        {
            _waiting.Remove(me);
            if (!me.Leads)
            {
                return;
            }

            me.Leads = false;
            _led = _waiting.Count > 0;
            if (_led)
            {
                _waiting[0].Leads = true;
                _waiting[0].Turn.Set();
            }
        }
    }

    private sealed class Waiter : IDisposable
    {
        public ManualResetEventSlim Turn { get; } = new();

        public bool Leads { get; set; }

        public MySqlFetchedJob? Job { get; set; }

        public void Dispose() => Turn.Dispose();
    }
}
