using System.Data;
using Hangfire.Logging;
using Hangfire.MySql.Sql;
using MySqlConnector;

namespace Hangfire.MySql.Sharing;

/// <summary>The connection of the shared session: opened when it is wanted, and another one when it was lost. Who serves uses it, one at a time.</summary>
/// <param name="storage">Whose database it is to.</param>
/// <param name="holding">Whether locks are held in it.</param>
internal sealed class SharedConnection(MySqlStorage storage, Func<bool> holding)
{
    /// <summary>What one waits for a row that somebody has locked, all wait for; so it is asked for again and again instead.</summary>
    private const int LockWaitSeconds = 1;

    private static readonly ILog Log = LogProvider.For<SharedConnection>();

    /// <summary>
    /// A process that is silent for as long as its leases last has lost its jobs, so it loses the locks on them too: else whoever runs them next
    /// would wait for it.
    /// </summary>
    private readonly int _waitSeconds = (int)Math.Clamp(Math.Ceiling(storage.Options.SlidingInvisibilityTimeout.TotalSeconds), 2, Database.SessionWaitSeconds);

    private volatile Session? _session;

    public bool IsOpen => _session is not null;

    /// <summary>Without a command for so long, the session may be closed by the server, or the server restarted unseen.</summary>
    private TimeSpan IdleBeforePing => TimeSpan.FromSeconds(_waitSeconds > 4 ? 2 : 0.5);

    public Session Open()
    {
        if (_session is { } session)
        {
            var idle = TimeProvider.System.GetElapsedTime(session.LastUse);
            if (session.Connection.State == ConnectionState.Open && (idle < IdleBeforePing || session.Connection.Ping()))
            {
                session.LastUse = TimeProvider.System.GetTimestamp();
                return session;
            }

            Drop();
        }

        session = new Session(this, storage.Database.OpenUnpooled());
        session.Connection.Execute($"set session innodb_lock_wait_timeout = {LockWaitSeconds}, wait_timeout = {_waitSeconds}");
        storage.Heartbeat.Start();
        _session = session;
        return session;
    }

    /// <summary>Keeps the server from closing the session for idleness while locks are held.</summary>
    public void Ping()
    {
        if (holding() && _session is { } session && !session.Connection.Ping())
        {
            Drop();
        }
    }

    /// <summary>Gives up a session that is lost, or of which nobody knows what became of what was sent.</summary>
    public void Drop()
    {
        if (Take() is { } lost)
        {
            if (holding())
            {
                Log.Warn("The session in which this process changes jobs was lost; what was to be written under its locks fails, and a new one is opened.");
            }

            Close(lost);
        }
    }

    public void Close()
    {
        if (Take() is { } session)
        {
            Close(session);
        }
    }

    private Session? Take()
    {
        var session = _session;
        _session = null;
        return session;
    }

    private static void Close(Session session)
    {
        try
        {
            // not a pooled one: closing it frees its locks
            session.Connection.Dispose();
        }
        catch (Exception error) when (error is MySqlException or InvalidOperationException)
        {
            Log.DebugException("The session is gone already.", error);
        }
    }

    /// <summary>The session as long as it lives; another one is opened when it is lost.</summary>
    internal sealed class Session(SharedConnection owner, MySqlConnection connection)
    {
        /// <summary>Whether what was locked in it is locked still, as far as is known here.</summary>
        public bool IsAlive => owner._session == this && connection.State == ConnectionState.Open;

        public MySqlConnection Connection => connection;

        /// <summary>Locks taken with claims that were rolled back; the next packet frees them.</summary>
        public List<SharedLock> Unwanted { get; } = [];

        public long LastUse { get; set; } = TimeProvider.System.GetTimestamp();
    }
}
