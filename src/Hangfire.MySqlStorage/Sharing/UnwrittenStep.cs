using Hangfire.MySql.Commands;
using Hangfire.States;
using Hangfire.Storage;

namespace Hangfire.MySql.Sharing;

/// <summary>
/// A job's step to Processing, decided by its worker under the job's lock and not written yet: the worker runs the job meanwhile. Whoever would see the
/// difference has it written first.
/// </summary>
/// <remarks>
/// <code>
/// waiting ──(goes with a commit, or by itself)──► being written ──► settled
///    ▲ └──(its worker has lost the job)────────────────────────────►
///    └──────────────(the commit failed)───────────────┘
/// </code>
/// </remarks>
internal sealed class UnwrittenStep
{
    private readonly object _gate = new();
    private readonly long? _before;
    private readonly JobData _after;
    private long _since = TimeProvider.System.GetTimestamp();
    private bool _isBeingWritten;
    private bool _isSettled;

    private UnwrittenStep(WriteSet writes, MySqlFetchedJob job, SharedLock held)
    {
        (Writes, Job, _before) = (writes, job, held.StateId);
        writes.Job(job.Id).NoteTime();
        Lock = held.KeptAfter(writes.Job(job.Id));
        Lock.Step = this;
        _after = Lock.Peek()!;
    }

    public WriteSet Writes { get; }

    /// <summary>The fetched job; once it is not its worker's any more, there is nothing to write.</summary>
    public MySqlFetchedJob Job { get; }

    /// <summary>The lock under which it is to be written.</summary>
    public SharedLock Lock { get; set; }

    public bool IsSettled
    {
        get
        {
            lock (_gate)
            {
                return _isSettled |= !_isBeingWritten && !Job.IsHeld;
            }
        }
    }

    /// <summary>How long it has waited since it was decided, or since it could not be written.</summary>
    public TimeSpan Age => TimeProvider.System.GetElapsedTime(Volatile.Read(ref _since));

    /// <summary>
    /// What a worker's commit comes to where it need not be waited for: nothing but the step of its job to Processing, the job having been read under the
    /// lock and fetched just now. A worker that was stopped since then, however shortly before its lease ends, waits, and so learns whether the job is still its own.
    /// </summary>
    public static UnwrittenStep? Of(WriteSet writes, MySqlFetchedJob job, SharedLock held) =>
        job.IsFresh && held is { StateId: not null, Session.IsAlive: true, Step: null } && writes.IsOnly(job.Id, ProcessingState.StateName) ? new UnwrittenStep(writes, job, held) : null;

    /// <summary>Makes the caller the one that writes it, after another who is at it; false when there is nothing to be written any more.</summary>
    public bool TryBegin(TimeSpan patience)
    {
        var started = TimeProvider.System.GetTimestamp();
        lock (_gate)
        {
            while (_isBeingWritten)
            {
                if (patience - TimeProvider.System.GetElapsedTime(started) is var left && (left <= TimeSpan.Zero || !Monitor.Wait(_gate, left)))
                {
                    throw new TimeoutException($"The state of job '{Job.JobId}' is being written for more than {patience.TotalSeconds} s.");
                }
            }

            return !IsSettled && (_isBeingWritten = true);
        }
    }

    /// <summary>The same unless another is at it.</summary>
    public bool TryBegin()
    {
        lock (_gate)
        {
            return !_isBeingWritten && !IsSettled && (_isBeingWritten = true);
        }
    }

    public void End(bool settled)
    {
        lock (_gate)
        {
            (_isBeingWritten, _isSettled) = (false, settled);
            Volatile.Write(ref _since, TimeProvider.System.GetTimestamp());
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>
    /// Goes on under another lock, the first being lost with its session, where the job is as it was; else the step was written after all, or somebody
    /// has changed the job since, and there is nothing to be written.
    /// </summary>
    public void MoveTo(SharedLock held)
    {
        var asBefore = held.StateId == _before;
        if (asBefore)
        {
            Lock = held;
            held.Step = this;
            held.Read(_after);
        }

        End(settled: !asBefore);
    }
}
