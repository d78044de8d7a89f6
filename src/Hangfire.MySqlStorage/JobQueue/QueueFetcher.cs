using Hangfire.Logging;
using Hangfire.MySql.Commands;
using Hangfire.MySql.Sharing;

namespace Hangfire.MySql.JobQueue;

/// <summary>
/// The workers of this process that wait for the same queues. One of them leads: it alone asks the database, claims as many jobs as there are
/// workers waiting, takes the first and hands out the rest. So an idle server costs one small statement a poll, however many workers it has. And while there
/// is more to do than workers, a worker's commit of one job claims the next in the same packet: it is put by until the worker comes for it, which
/// Hangfire's does at once. While there is less to do, a commit of this process that enqueues a job claims it at once for a worker that waits.
/// </summary>
/// <remarks>
/// <code>
/// waiting ──(nobody leads)──► leading ──(claimed)──► working
///    ▲  └────(handed a job)─────────────────────────►
///    │  └────(promised a job, and the commit gave none)
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

    private readonly object _gate = new();
    private readonly List<Waiter> _waiting = [];
    private readonly Queue<MySqlFetchedJob> _putBy = [];
    private readonly AutoResetEvent _signal = new(false);
    private readonly MySqlStorage _storage;
    private readonly string[] _queues;
    private readonly JobClaimer _claimer;
    private readonly QueueHead _head = new();
    private bool _led;
    private bool _idles;
    private volatile bool _likely = true;
    private bool _leftPutBy;
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
            if (_putBy.TryDequeue(out var ready))
            {
                return ready;
            }

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

    /// <summary>A claim of the next job for a worker that is about to have finished one; null where it should come and ask.</summary>
    public ClaimRequest? Next() => _likely && _claimer.CanClaimBlindly
        ? new ClaimRequest(new JobSource(_queues[0], Fresh: true, _head), 1, PutBy)
        : null;

    /// <summary>
    /// A claim of the first of the jobs that are about to be enqueued, for workers that wait: they are promised to it until it is completed. Null where none waits,
    /// or the leader is about to claim for all.
    /// </summary>
    public ClaimRequest? Handover(string queue, List<QueuedJob> jobs)
    {
        var promised = new List<Waiter>();
        lock (_gate)
        {
            if (_idles && _queues.Contains(queue, StringComparer.Ordinal))
            {
                promised.AddRange(_waiting.Where(waiter => !waiter.Leads).Take(jobs.Count));
                _waiting.RemoveAll(promised.Contains);
            }
        }

        return promised.Count == 0
            ? null
            : new ClaimRequest(new JobSource(queue, Fresh: true), promised.Count, claim => HandOver(claim, promised)) { Given = jobs[..promised.Count] };
    }

    /// <summary>Gives back what was put by at the second call, or at once where no worker will come for it.</summary>
    public void ReturnPutBy(bool atOnce)
    {
        var idle = new List<MySqlFetchedJob>();
        lock (_gate)
        {
            if (atOnce || _leftPutBy)
            {
                idle.AddRange(_putBy);
                _putBy.Clear();
            }

            _leftPutBy = _putBy.Count > 0;
        }

        idle.ForEach(job => job.Dispose());
    }

    public void Dispose()
    {
        ReturnPutBy(atOnce: true);
        foreach (var queue in _queues)
        {
            _storage.Signals.Leave(queue, _signal);
        }
    }

    private void PutBy(ClaimRequest request)
    {
        _likely = _likely && request.MayBeMore;
        HandOver(request, []);
    }

    /// <summary>Gives claimed jobs to workers that wait: first to those to whom they were promised, who then wait no more than the others for what did not come.</summary>
    private void HandOver(ClaimRequest request, List<Waiter> promised)
    {
        List<MySqlFetchedJob> jobs = [];
        try
        {
            jobs = _storage.Shared!.Keep(request);
        }
        finally
        {
            HandOver(jobs, promised);
        }

        if (!_storage.RunsServer)
        {
            ReturnPutBy(atOnce: true);
        }
    }

    private void HandOver(List<MySqlFetchedJob> jobs, List<Waiter> promised)
    {
        jobs.ForEach(job => job.Fetcher = this);
        lock (_gate)
        {
            _waiting.InsertRange(0, promised.Where(waiter => !waiter.HasLeft));
            foreach (var job in jobs)
            {
                if (_waiting.Find(waiter => !waiter.Leads) is { } waiter)
                {
                    HandOver(waiter, job);
                }
                else
                {
                    _putBy.Enqueue(job);
                    _leftPutBy = false;
                }
            }

            EnsureLed();
            if (_putBy.Count > 0 && _waiting.Count > 0)
            {
                // the leader itself waits for a signal
                _signal.Set();
            }
        }
    }

    private void HandOver(Waiter waiter, MySqlFetchedJob job)
    {
        waiter.Job = job;
        _waiting.Remove(waiter);
        waiter.Turn.Set();
    }

    private void Lead(Waiter me, CancellationToken cancellationToken)
    {
        var handles = new[] { _signal, cancellationToken.WaitHandle };
        while (true)
        {
            if (!_likely)
            {
                lock (_gate)
                {
                    _idles = true;
                }

                _likely = WaitHandle.WaitAny(handles, _pause) == 0;
                _pause = _likely ? Shortest : Slower(_pause);
            }

            cancellationToken.ThrowIfCancellationRequested();
            lock (_gate)
            {
                if (_putBy.TryDequeue(out var ready))
                {
                    me.Job = ready;
                    return;
                }
            }

            var wanted = 0;
            var jobs = _claimer.Claim(() => wanted = CountWaiting(), _likely);
            _likely = jobs.Count > 0 && jobs.Count == wanted;
            if (jobs.Count > 0)
            {
                jobs.ForEach(job => job.Fetcher = this);
                _pause = Shortest;
                HandOut(me, jobs);
                return;
            }
        }
    }

    /// <summary>Those for whom the leader claims now; nobody is promised to others until it idles again.</summary>
    private int CountWaiting()
    {
        lock (_gate)
        {
            _idles = false;
            return _waiting.Count;
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

                HandOver(waiter, jobs[next++]);
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
            me.HasLeft = true;
            if (me.Leads)
            {
                me.Leads = false;
                (_led, _idles) = (false, false);
                EnsureLed();
            }
        }
    }

    /// <summary>Somebody leads where somebody waits.</summary>
    private void EnsureLed()
    {
        if (!_led && _waiting.Count > 0)
        {
            _led = true;
            _waiting[0].Leads = true;
            _waiting[0].Turn.Set();
        }
    }

    private sealed class Waiter : IDisposable
    {
        public ManualResetEventSlim Turn { get; } = new();

        public bool Leads { get; set; }

        /// <summary>Does not wait any more, having a job or not.</summary>
        public bool HasLeft { get; set; }

        public MySqlFetchedJob? Job { get; set; }

        public void Dispose() => Turn.Dispose();
    }
}
