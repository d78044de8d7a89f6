using System.Diagnostics;
using Hangfire.MySql.Commands;
using Hangfire.Storage;

namespace Hangfire.MySql.Sharing;

/// <summary>The locks of one storage connection that are held in the shared session.</summary>
internal sealed class SharedLocks(MySqlStorage storage, SharedWork work) : IDisposable
{
    private readonly Dictionary<string, SharedLock> _held = new(StringComparer.Ordinal);
    private readonly ForeseenLocks _foreseen = new(storage, work);
    private (MySqlFetchedJob Job, SharedLock Lock)? _kept;

    public bool IsHolding => _held.Count > 0;

    /// <summary>Takes a lock, or once more one that is held.</summary>
    /// <returns>Null when another process has it and nothing is held here: then it is better waited for in a session of its own.</returns>
    public IDisposable? Acquire(string resource, TimeSpan timeout)
    {
        Retake();
        if (_held.TryGetValue(resource, out var held))
        {
            EnsureAlive();
        }
        else
        {
            held = _foreseen.Hand(resource);
            if (held is null)
            {
                // who waits for one should not keep others from those that it may not need
                _foreseen.GiveBack();
                held = Take(resource, timeout, elsewhere: _held.Count == 0);
            }

            if (held is null)
            {
                return null;
            }

            _held.Add(resource, held);
        }

        held.Count++;
        return new Handle(this, held);
    }

    /// <summary>The job that was read when its lock was taken.</summary>
    public bool TryTakeJob(long jobId, out JobData? job)
    {
        job = null;
        Retake();
        return _held.TryGetValue(SharedLock.ResourceOf(jobId), out var held) && held.TryTakeJob(out job);
    }

    /// <summary>A continuation of a job whose lock is held: its lock is taken with the first question for it, where it is free.</summary>
    public bool TryForesee(long jobId, out JobData? job)
    {
        job = null;
        if (!_held.ContainsKey(SharedLock.ResourceOf(jobId)) && _held.Values.Any(held => held.IsContinuedBy(jobId)))
        {
            job = (_foreseen.Find(jobId) ?? _foreseen.Take(jobId))?.Peek();
        }

        return job is not null;
    }

    /// <summary>The state that was read with a lock that was foreseen.</summary>
    public StateData? ForeseenState(long jobId) => _foreseen.Find(jobId)?.State;

    /// <summary>
    /// Commits under the locks. The lock on a job whose state is changed goes with the commit, where it was taken once only: Hangfire does nothing
    /// more under it, and so needs no packet to free it. Should somebody do more, it is taken again first. The lock on the fetched job is kept for a
    /// moment, with the job as it is now: most jobs are done soon, and their worker then needs neither to ask for the lock nor to read the job.
    /// </summary>
    public void Commit(WriteSet writes, MySqlFetchedJob? fetched)
    {
        Retake();
        var locks = _held.Values.ToList();
        var done = locks.Where(held => held.GoesWith(writes)).ToList();
        var kept = storage.RunsServer && fetched is { IsHeld: true } && !writes.Acknowledged.Contains(fetched) ? done.Find(held => held.JobId == fetched.Id) : null;
        var releases = done.Where(held => held != kept).ToList();
        if (kept is not null && locks.Count == 1 && UnwrittenStep.Of(writes, fetched!, kept) is { } step)
        {
            work.Behind.Add(step);
            Keep(fetched!, kept, step.Lock);
            return;
        }

        work.Behind.Commit(locks, fetched, writes, all =>
        {
            using var request = new CommitRequest(all, locks, releases, storage.ClaimsOf(writes)) { Released = Surrender };
            work.Run(request);
        });
        if (kept is not null)
        {
            Keep(fetched!, kept, kept.KeptAfter(writes.Job(fetched!.Id)));
        }

        locks.ForEach(held => held.Forget());
        foreach (var jobId in writes.JobIds)
        {
            _foreseen.Find(jobId)?.Forget();
        }
    }

    /// <summary>Whether the lock on this job is held here; what is written then goes with what is not written yet.</summary>
    public bool Holds(long jobId) => _held.ContainsKey(SharedLock.ResourceOf(jobId));

    /// <summary>Whether the last commit has kept the lock on this job, with the job as the commit left it.</summary>
    public bool Keeps(long jobId) => _kept?.Job.Id == jobId;

    /// <summary>Puts by the lock that the last commit has kept, for the worker that runs the job.</summary>
    public void PutBy()
    {
        if (_kept is { } kept)
        {
            _kept = null;
            work.PutBy(kept.Job, kept.Lock);
        }
    }

    /// <summary>Takes again what went with a commit, because more is done under it.</summary>
    public void Retake()
    {
        PutBy();
        foreach (var held in _held.Values.Where(held => held.IsSurrendered).ToList())
        {
            _held.Remove(held.Resource);
            var again = Take(held.Resource, storage.Options.TransactionTimeout, elsewhere: false)!;
            held.Session = again.Session;
            if (again.Step is { } step)
            {
                (held.Step, step.Lock) = (step, held);
            }

            if (again.TryTakeJob(out var job))
            {
                held.Read(job);
            }

            held.IsSurrendered = false;
            _held.Add(held.Resource, held);
        }
    }

    public void Dispose()
    {
        _foreseen.GiveBack();
        PutBy();
        foreach (var held in _held.Values.ToList())
        {
            held.Count = 1;
            Release(held);
        }
    }

    /// <summary>Null where another process has it and the caller can wait for it elsewhere.</summary>
    private SharedLock? Take(string resource, TimeSpan timeout, bool elsewhere)
    {
        var started = Stopwatch.GetTimestamp();
        var reserved = work.Reserve(resource, timeout) ?? throw new MySqlDistributedLockException(resource);
        try
        {
            while (!TryTake(ref reserved))
            {
                if (Stopwatch.GetElapsedTime(started) >= timeout)
                {
                    throw new MySqlDistributedLockException(resource);
                }

                // what is still to be written to the job is written in the shared session
                if (elsewhere && (reserved.JobId is not { } id || !work.Behind.Has(id)))
                {
                    work.Unreserve(reserved);
                    return null;
                }

                // its locks should all be in one session, which serves others too: so ask again instead of waiting in it
                Thread.Sleep(Random.Shared.Next(5, 25));
            }

            return reserved;
        }
        catch
        {
            work.Unreserve(reserved);
            throw;
        }
    }

    private bool TryTake(ref SharedLock wanted)
    {
        if (wanted.Session is { IsAlive: true })
        {
            return true;
        }

        if (wanted.Session is not null)
        {
            // another one: under a lock that is lost, nothing may be written any more, as somebody may be about to
            wanted = new SharedLock(wanted.Resource, wanted.Name);
        }

        wanted.Forget();
        using var request = new LockRequest([wanted]);
        work.Run(request);
        if (wanted.Session is null)
        {
            return false;
        }

        work.Behind.Adopt(wanted);
        return true;
    }

    private void EnsureAlive()
    {
        if (_held.Values.Any(held => held.Session is not { IsAlive: true }))
        {
            throw DistributedLockLostException.Of(_held.Keys);
        }
    }

    private void Release(SharedLock held)
    {
        if (--held.Count > 0 || !_held.Remove(held.Resource))
        {
            return;
        }

        if (!held.IsSurrendered)
        {
            work.GiveBack(held);
        }

        if (_held.Count == 0)
        {
            _foreseen.GiveBack();
        }
    }

    /// <summary>By the thread that has committed, for whom this connection's waits.</summary>
    private void Surrender(SharedLock released)
    {
        released.IsSurrendered = true;
        work.Unreserve(released);
    }

    private void Keep(MySqlFetchedJob job, SharedLock held, SharedLock next)
    {
        held.Forget();
        held.IsSurrendered = true;
        _kept = (job, next);
    }

    private sealed class Handle(SharedLocks locks, SharedLock held) : IDisposable
    {
        private int _released;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _released, 1) == 0)
            {
                locks.Release(held);
            }
        }
    }
}
