namespace Hangfire.MySql.Sharing;

/// <summary>
/// Locks on continuations of a job whose lock is held. Hangfire, when it ends a job, asks for each continuation, then for its state, and then takes its lock and
/// asks once more; here the first question takes the lock where it is free and reads all of that under it: one packet instead of three.
/// </summary>
internal sealed class ForeseenLocks(MySqlStorage storage, SharedWork work)
{
    /// <summary>Each is kept from others for as long as the lock that comes before it is held.</summary>
    private const int Most = 64;

    private readonly List<SharedLock> _taken = [];

    public SharedLock? Find(long jobId) => _taken.Find(taken => taken.JobId == jobId && taken.Session is { IsAlive: true });

    /// <summary>Takes the lock on a job without waiting, and reads the job with its state.</summary>
    /// <returns>Null where it is not free, where there is no such job, or where it has no state yet.</returns>
    public SharedLock? Take(long jobId)
    {
        var resource = SharedLock.ResourceOf(jobId);
        var wanted = new SharedLock(resource, storage.LockName.Of(resource));
        if (_taken.Count == Most || work.Behind.Has(jobId) || !work.TryReserve(wanted))
        {
            return null;
        }

        try
        {
            using var request = new LockRequest([wanted]) { WithStates = true };
            work.Run(request);
        }
        catch
        {
            work.Unreserve(wanted);
            throw;
        }

        if (wanted.State is null)
        {
            work.Free(wanted);
            return null;
        }

        _taken.Add(wanted);
        return wanted;
    }

    /// <summary>The lock for who asks for it now; null where it was not foreseen, or is lost.</summary>
    public SharedLock? Hand(string resource)
    {
        if (_taken.Find(taken => taken.Resource == resource) is not { } foreseen)
        {
            return null;
        }

        _taken.Remove(foreseen);
        if (foreseen.Session is { IsAlive: true })
        {
            return foreseen;
        }

        work.Unreserve(foreseen);
        return null;
    }

    /// <summary>Gives back those that nobody came for.</summary>
    public void GiveBack()
    {
        work.Free(_taken);
        _taken.Clear();
    }
}
