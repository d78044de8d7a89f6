using System.Runtime.ExceptionServices;
using Hangfire.MySql.Commands;
using Hangfire.MySql.JobQueue;

namespace Hangfire.MySql.Sharing;

/// <summary>What one worker wants of the shared session, and where it waits for it.</summary>
internal abstract class SharedRequest : IDisposable
{
    // spinning would take the processor from the one that is waited for
    private readonly ManualResetEventSlim _turn = new(false, spinCount: 0);
    private volatile bool _done;
    private ExceptionDispatchInfo? _error;

    public bool IsDone => _done;

    public bool HasFailed => _error is not null;

    public int Attempts { get; set; }

    /// <summary>Whether it is a step of a job's way, behind which the same worker soon takes the next one.</summary>
    public virtual bool IsOfWorker => true;

    /// <summary>To be tried again with the next packet.</summary>
    public bool IsDeferred { get; set; }

    /// <summary>Done by itself, whatever becomes of those that are served with it.</summary>
    public bool IsServed { get; set; }

    /// <summary>What it claims.</summary>
    public virtual IReadOnlyList<ClaimRequest> Claims => [];

    /// <summary>Returns when the request is done, or when it is this worker's turn to serve.</summary>
    public void Wait()
    {
        _turn.Wait();
        _turn.Reset();
    }

    /// <summary>Makes the waiting worker the one that serves all.</summary>
    public void Lead() => _turn.Set();

    public virtual void Complete()
    {
        _done = true;
        _turn.Set();
    }

    public void Fail(Exception error) => _error ??= IsServed ? null : ExceptionDispatchInfo.Capture(error);

    public void ThrowIfFailed() => _error?.Throw();

    public virtual void Dispose() => _turn.Dispose();
}

/// <summary>Takes locks on jobs where they are free, and reads the jobs under them.</summary>
internal sealed class LockRequest(IReadOnlyList<SharedLock> locks) : SharedRequest
{
    public IReadOnlyList<SharedLock> Locks => locks;

    /// <summary>Whether the states are read too.</summary>
    public bool WithStates { get; init; }
}

/// <summary>Commits a transaction, and frees locks that nobody needs after it.</summary>
/// <param name="writes">What to write.</param>
/// <param name="locks">The locks under which it was prepared.</param>
/// <param name="releases">Those of them that are freed with it.</param>
/// <param name="claims">What workers of this process will want next: claimed with the commit, or not at all where that fails.</param>
internal sealed class CommitRequest(WriteSet writes, IReadOnlyList<SharedLock> locks, IReadOnlyList<SharedLock> releases, IReadOnlyList<ClaimRequest> claims) : SharedRequest
{
    private IReadOnlyList<ClaimRequest> _claims = claims;

    public WriteSet Writes => writes;

    public IReadOnlyList<SharedLock> Locks => locks;

    public IReadOnlyList<SharedLock> Releases => releases;

    public override IReadOnlyList<ClaimRequest> Claims => _claims;

    /// <summary>Lets others of this process have a lock that was freed; before the claimed jobs are handed to workers, who will want it.</summary>
    public Action<SharedLock>? Released { get; init; }

    /// <summary>Nobody waits for it who comes again at once.</summary>
    public bool IsBehind { get; init; }

    public override bool IsOfWorker => locks.Count > 0 && !IsBehind;

    public override void Complete()
    {
        try
        {
            if (!HasFailed)
            {
                foreach (var released in releases)
                {
                    Released?.Invoke(released);
                }
            }

            EndClaims();
        }
        finally
        {
            base.Complete();
        }
    }

    /// <summary>Gives up what it wanted to claim, where it must wait itself: the workers need not.</summary>
    public void EndClaims()
    {
        (var ended, _claims) = (_claims, []);
        foreach (var claim in ended)
        {
            claim.Complete();
        }
    }

    public override void Dispose()
    {
        // one that was never served
        EndClaims();
        base.Dispose();
    }
}

/// <summary>Claims jobs, takes the locks on them where they are free, and reads them.</summary>
internal sealed class ClaimRequest(JobSource source, int wanted, Action<ClaimRequest>? whenDone = null) : SharedRequest
{
    public override IReadOnlyList<ClaimRequest> Claims => [this];

    public JobSource Source => source;

    public int Wanted => wanted;

    /// <summary>Jobs that the same transaction puts into the queue, to be claimed as they are written; none where any will do.</summary>
    public IReadOnlyList<QueuedJob> Given { get; init; } = [];

    /// <summary>The claimed jobs; a lock without a session was not free.</summary>
    public List<(MySqlFetchedJob Job, SharedLock Lock)> Claimed { get; } = [];

    /// <summary>Whether the next claim may find something.</summary>
    public bool MayBeMore { get; set; }

    public override void Complete()
    {
        if (Claimed.Count == 0)
        {
            // anyone's, should they still be written
            foreach (var job in Given)
            {
                job.Token = null;
            }
        }

        whenDone?.Invoke(this);
        base.Complete();
    }
}

/// <summary>Frees locks.</summary>
internal sealed class ReleaseRequest(IReadOnlyList<SharedLock> releases) : SharedRequest
{
    public IReadOnlyList<SharedLock> Releases => releases;

    public override bool IsOfWorker => false;
}
