using System.Diagnostics;

namespace Hangfire.MySql.JobQueue;

/// <summary>
/// Tells when the leases of others may be judged. After the database was silent for long, or this process stood still, leases look as if they had run
/// out that nobody could renew; so their owners get time to renew them first. So they do at the start, which may be in the middle of such a time.
/// </summary>
internal sealed class LeaseJudge(TimeSpan lease)
{
    /// <summary>Four heartbeats: the first after a restart of the database finds its connections closed.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    /// <summary>A lease is renewed when four fifths of it are left, so less than those is no danger.</summary>
    private readonly TimeSpan _silence = lease * 0.7 > TimeSpan.FromSeconds(1) ? lease * 0.7 : TimeSpan.FromSeconds(1);

    private long _answered;
    private long _silenceEnded;

    /// <summary>Whether leases found to have run out really have; to be asked after each answer of the database.</summary>
    public bool MayJudge()
    {
        var now = Stopwatch.GetTimestamp();
        if (_answered == 0 || Stopwatch.GetElapsedTime(_answered, now) > _silence)
        {
            _silenceEnded = now;
        }

        _answered = now;
        return Stopwatch.GetElapsedTime(_silenceEnded, now) >= Grace;
    }
}
