using Hangfire.MySql.JobQueue;

namespace Hangfire.MySqlStorage.Tests;

/// <summary>When a process may look for leases that have run out; here those of a minute, renewed every twelve seconds.</summary>
public sealed class StaleLeasesTests
{
    private static readonly DateTime Start = new(2026, 11, 26, 0, 0, 0, DateTimeKind.Utc);

    private readonly StaleLeases _leases = new(TimeSpan.FromSeconds(12));

    private void SawFrom(int first, int last, int step = 12)
    {
        for (var second = first; second <= last; second += step)
        {
            _leases.Saw(Start.AddSeconds(second));
        }
    }

    [Fact]
    public void LookUntil_IsNull_BeforeOthersCouldReconnect()
    {
        Assert.Null(_leases.LookUntil);
        SawFrom(0, 1, step: 1);
        Assert.Null(_leases.LookUntil);
        _leases.Saw(Start.AddSeconds(2));
        Assert.Equal(Start.AddSeconds(2 + 25), _leases.LookUntil);
    }

    [Fact]
    public void LookUntil_MovesOn_WhileTheDatabaseIsSeen()
    {
        SawFrom(0, 600);
        Assert.Equal(Start.AddSeconds(600 + 25), _leases.LookUntil);
        _leases.Saw(Start.AddSeconds(625));
        Assert.Equal(Start.AddSeconds(625 + 25), _leases.LookUntil);
    }

    [Theory]
    [InlineData(626)]
    [InlineData(100_000)]
    [InlineData(599)]
    public void LookUntil_IsNull_AfterAGapOrAClockThatWasSetBack(int next)
    {
        SawFrom(0, 600);
        _leases.Saw(Start.AddSeconds(next));
        Assert.Null(_leases.LookUntil);
        SawFrom(next + 1, next + 13);
        Assert.Null(_leases.LookUntil);
        _leases.Saw(Start.AddSeconds(next + 14));
        Assert.Equal(Start.AddSeconds(next + 14 + 25), _leases.LookUntil);
    }
}
