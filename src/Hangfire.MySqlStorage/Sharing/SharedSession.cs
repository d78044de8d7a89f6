using Hangfire.Logging;
using Hangfire.MySql.Sql;
using MySqlConnector;

namespace Hangfire.MySql.Sharing;

/// <summary>
/// One database session in which all workers of this process take the locks on their jobs, read them and commit. What several want at the same
/// time travels in one packet and is made durable by one commit, so that more workers cost fewer statements each. As with a lock's own session,
/// locks and the writes under them live and die together: when the session is lost, what was to be written under its locks fails.
/// </summary>
/// <remarks>
/// <code>
/// idle ──(somebody asks)──► led: sends what all have asked meanwhile ──► hands on to one that waits, or idle
/// </code>
/// The session never waits for a lock: it asks whether it is free.
/// </remarks>
internal sealed class SharedSession(MySqlStorage storage, Func<bool> holding) : IDisposable
{
    /// <summary>More would make the statements long without saving a commit's time.</summary>
    private const int MostRequests = 64;

    private const int MostAttempts = 20;

    private static readonly ILog Log = LogProvider.For<SharedSession>();

    private readonly SharedConnection _connection = new(storage, holding);
    private readonly object _gate = new();
    private List<SharedRequest> _pending = [];
    private bool _led;
    private bool _gathers;
    private bool _disposed;
    private int _lively;

    /// <summary>How long the one that serves waits for workers that asked a moment ago and mostly ask again at once, up to four of them; for eight twice as long.</summary>
    public TimeSpan GatherTime { get; init; } = TimeSpan.FromMilliseconds(1);

    public bool IsOpen => _connection.IsOpen;

    /// <summary>Has the request served, by this thread or by another, and throws what went wrong with it.</summary>
    public void Run(SharedRequest request)
    {
        bool leads;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _pending.Add(request);
            leads = !_led;
            _led = true;
            if (_gathers && _pending.Count >= _lively)
            {
                Monitor.Pulse(_gate);
            }
        }

        while (!request.IsDone)
        {
            if (!leads)
            {
                request.Wait();
            }

            if (!request.IsDone)
            {
                Serve();
            }

            leads = false;
        }

        request.ThrowIfFailed();
    }

    /// <summary>Keeps the server from closing the session for idleness while locks are held.</summary>
    public void Ping()
    {
        lock (_gate)
        {
            if (_led || !_connection.IsOpen)
            {
                return;
            }

            _led = true;
        }

        try
        {
            _connection.Ping();
        }
        finally
        {
            HandOn();
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            if (_led)
            {
                // the one that serves closes it
                return;
            }

            _led = true;
        }

        HandOn();
    }

    private void Serve()
    {
        List<SharedRequest> batch;
        lock (_gate)
        {
            Gather();
            batch = Take();
        }

        try
        {
            Send(batch);
        }
        catch (Exception error)
        {
            batch.ForEach(request => request.Fail(error));
        }
        finally
        {
            var deferred = batch.Where(request => request.IsDeferred).ToList();
            lock (_gate)
            {
                deferred.ForEach(request => request.IsDeferred = false);
                _pending.AddRange(deferred);
                _lively = Math.Min(batch.Except(deferred).Concat(_pending).Count(request => request.IsOfWorker), MostRequests);
            }

            HandOn();
            batch.Except(deferred).ToList().ForEach(Complete);
        }
    }

    /// <summary>
    /// Most of a packet's cost does not depend on how many it serves. So where several have just been served together, they are waited for: workers
    /// with short jobs go in step then, and one that works alone never waits.
    /// </summary>
    private void Gather()
    {
        var (started, most) = (TimeProvider.System.GetTimestamp(), GatherTime * Math.Max(1, _lively / 4.0));
        _gathers = true;
        while (_pending.Count < _lively && most - TimeProvider.System.GetElapsedTime(started) is var left && left > TimeSpan.Zero && Monitor.Wait(_gate, left))
        {
        }

        _gathers = false;
    }

    private static void Complete(SharedRequest request)
    {
        try
        {
            request.Complete();
        }
        catch (Exception error)
        {
            // it is nobody's who waits here, and the others wait to be told
            Log.WarnException("What was claimed for a worker could not be handed on; it goes back to its queue when its lease has run out.", error);
        }
    }

    /// <summary>What can be served together: small transactions, or one large one by itself.</summary>
    private List<SharedRequest> Take()
    {
        var batch = new List<SharedRequest>(_pending.Count);
        foreach (var request in _pending)
        {
            var alone = request is CommitRequest { Writes.IsSmall: false };
            if (batch.Count == MostRequests || (alone && batch.Count > 0))
            {
                break;
            }

            batch.Add(request);
            if (alone)
            {
                break;
            }
        }

        _pending = _pending[batch.Count..];
        return batch;
    }

    private void HandOn()
    {
        lock (_gate)
        {
            if (_pending.Count > 0)
            {
                _pending[0].Lead();
                return;
            }

            _led = false;
            if (!_disposed)
            {
                return;
            }
        }

        _connection.Close();
    }

    private void Send(List<SharedRequest> batch)
    {
        var session = _connection.Open();
        FailLost(batch, session);
        var valid = batch.Where(request => !request.HasFailed && !IsMoot(request, session)).ToList();
        try
        {
            Send(session, valid);
        }
        catch (Exception error) when (IsOver(session, error))
        {
            _connection.Drop();
            FailLost(valid, null, error);
            // the others have asked for nothing but locks, and these went with the session
            valid.OfType<LockRequest>().Where(request => !request.IsServed).SelectMany(request => request.Locks).ToList().ForEach(wanted => wanted.Session = null);
            if (valid.Where(request => request is LockRequest && !request.IsServed).ToList() is { Count: > 0 } again)
            {
                Send(_connection.Open(), again);
            }
        }
        catch (Exception)
        {
            _connection.Drop();
            throw;
        }
    }

    private void Send(SharedConnection.Session session, List<SharedRequest> batch)
    {
        if (batch.Count == 0)
        {
            return;
        }

        if (batch.Count > 1)
        {
            try
            {
                new SharedPacket(storage, session, batch).Send();
                return;
            }
            catch (Exception error) when (error is MySqlException or PacketTooLargeException && !IsOver(session, error))
            {
                // one of them is to blame, or all together, or a deadlock: nothing of any was committed, so each by itself
                Database.Rollback(session.Connection);
            }
        }

        batch.ForEach(request => SendAlone(session, request));
        if (session.Unwanted.Count > 0)
        {
            new SharedPacket(storage, session, []).Send();
        }
    }

    private void SendAlone(SharedConnection.Session session, SharedRequest request)
    {
        try
        {
            new SharedPacket(storage, session, [request]).Send();
            request.IsServed = true;
        }
        catch (Exception error) when (IsItsOwn(request, error) && !IsOver(session, error))
        {
            Database.Rollback(session.Connection);
            if (error is MySqlException failure && ServerErrors.IsRetryable(failure) && request.Attempts++ < MostAttempts)
            {
                // behind the others, who should not wait for a row that is none of theirs
                request.IsDeferred = true;
                (request as CommitRequest)?.EndClaims();
            }
            else
            {
                // its own fault, and no other's
                request.Fail(error);
            }
        }
    }

    /// <summary>Whether it says nothing of the session: it was not sent at all, the server has refused it, or a queue that is kept elsewhere has.</summary>
    private static bool IsItsOwn(SharedRequest request, Exception error) => request is not ReleaseRequest
        && (error is MySqlException or PacketTooLargeException || request is CommitRequest { Writes.EnqueuedElsewhere.Count: > 0 });

    private static bool IsOver(SharedConnection.Session session, Exception error) => ServerErrors.IsConnectionLost(session.Connection, error) || ServerErrors.IsBrokenOff(error);

    /// <summary>Fails those whose locks are not in the session that is to serve them.</summary>
    private static void FailLost(List<SharedRequest> batch, SharedConnection.Session? session, Exception? cause = null)
    {
        foreach (var commit in batch.OfType<CommitRequest>())
        {
            if (commit.Locks.Any(held => held.Session != session))
            {
                commit.Fail(DistributedLockLostException.Of(commit.Locks.Select(held => held.Resource), cause));
            }
            else if (cause is not null)
            {
                commit.Fail(cause);
            }
        }

        if (cause is not null)
        {
            // what became of them the packet has noted
            batch.OfType<ClaimRequest>().ToList().ForEach(claim => claim.Fail(cause));
        }
    }

    /// <summary>Locks that are gone need not be released.</summary>
    private static bool IsMoot(SharedRequest request, SharedConnection.Session session) => request is ReleaseRequest release && release.Releases.All(held => held.Session != session);
}
