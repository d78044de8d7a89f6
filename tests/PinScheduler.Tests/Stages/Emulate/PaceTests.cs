using Microsoft.Extensions.Time.Testing;
using PinScheduler.Stages.Emulate;

namespace PinScheduler.Tests.Stages.Emulate;

public class PaceTests
{
    [Theory]
    [InlineData(null, 500)]
    [InlineData(0.0, 500)]
    [InlineData(0.5, 1)]
    [InlineData(100.0, 5)]
    [InlineData(1e6, 500)]
    public void Step_FollowsTheRate_WithinBounds(double? rate, int step) => Assert.Equal(step, new Pace(rate, TimeProvider.System).Step);

    [Fact]
    public async Task WaitForTurn_LetsPostsGoEvenly_WhenThereIsARate()
    {
        var time = new FakeTimeProvider();
        var pace = new Pace(10, time);

        Assert.True(pace.WaitForTurnAsync(0, default).IsCompletedSuccessfully);
        var second = pace.WaitForTurnAsync(5, default);
        time.Advance(TimeSpan.FromMilliseconds(499));
        Assert.False(second.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(1));
        await second.WaitAsync(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void WaitForTurn_NeverWaits_WithoutARate() => Assert.True(new Pace(null, new FakeTimeProvider()).WaitForTurnAsync(1_000_000, default).IsCompletedSuccessfully);
}
