using PinScheduler.Orchestration.Api;

namespace PinScheduler.Tests.Orchestration.Api;

public class ProgressViewTests
{
    [Theory]
    [InlineData(3L, 10L, 2.0, 1.5, 4.7, ", 2/s, 5 s left")]
    [InlineData(12L, 12L, 4.0, 3.0, 0.0, ", 3/s, 0 s left")]
    [InlineData(12_000L, null, 2.0, 6000.0, null, ", 6,000/s")]
    [InlineData(0L, 10L, 2.0, null, null, "")]
    [InlineData(3L, 10L, null, null, null, "")]
    [InlineData(3L, 10L, 0.0, null, null, "")]
    public void Of_KnowsRateAndTimeLeft_WhenSomethingIsDone(long done, long? total, double? seconds, double? rate, double? left, string shown)
    {
        var progress = ProgressView.Of(done, total, "posts", seconds is { } age ? TimeSpan.FromSeconds(age) : null);

        Assert.Equal((rate, left, shown), (progress.PerSecond, progress.SecondsLeft, progress.Speed()));
    }
}
