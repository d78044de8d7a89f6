using Hangfire.MySql.Maintenance;

namespace Hangfire.MySql.JobQueue;

/// <summary>
/// Whether jobs may be taken from processes whose leases have run out. After a silence of the database all leases look so, though their owners
/// live and renew them as soon as they can. So nobody looks before the others have had the time to renew.
/// </summary>
/// <remarks>
/// Everything goes by the database's clock, also the end of the permission, which the statement that looks compares itself: one that was under way
/// while the database stood still, or was sent by a process that was stopped meanwhile, finds nothing.
/// </remarks>
internal sealed class StaleLeases(TimeSpan renewalInterval)
{
    /// <summary>Lets others find the database again whose connections it has closed. At the start that is all: there was hardly a silence, and somebody may wait.</summary>
    private static readonly TimeSpan TimeToReconnect = Heartbeat.Interval * 4;

    /// <summary>Between two sights of the database: one may be late, or fail. In so short a silence no lease runs out.</summary>
    private readonly TimeSpan _longestGap = (renewalInterval * 2) + (Heartbeat.Interval * 2);

    private DateTime _last;
    private DateTime _from;
    private long _until;

    /// <summary>The instant of the database until which it may be looked for them; null when it may not.</summary>
    public DateTime? LookUntil => Volatile.Read(ref _until) is > 0 and var ticks ? new DateTime(ticks, DateTimeKind.Utc) : null;

    /// <summary>Notes what the database's clock has shown just now.</summary>
    public void Saw(DateTime now)
    {
        if (_last == default)
        {
            _from = now + TimeToReconnect;
        }
        else if (now < _last || now - _last > _longestGap)
        {
            _from = now + renewalInterval + TimeToReconnect;
        }

        _last = now;
        Volatile.Write(ref _until, now >= _from ? (now + _longestGap).Ticks : 0);
    }
}
