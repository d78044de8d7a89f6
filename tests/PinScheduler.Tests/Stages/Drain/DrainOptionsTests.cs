using PinScheduler.Stages.Drain;

namespace PinScheduler.Tests.Stages.Drain;

public class DrainOptionsTests
{
    [Fact]
    public void Validate_AcceptsTheDefaults() => Assert.True(new DrainOptionsValidator().Validate(null, new DrainOptions()).Succeeded);

    [Fact]
    public void Validate_NamesEveryWrongKey_WhenSeveralAre()
    {
        var result = new DrainOptionsValidator().Validate(null, new DrainOptions { MaxFileBytes = 0, MaxValueBytes = 1, MaxDeadLetterShare = double.NaN, OnGap = "ignore", TimeZone = "Mars/Olympus" });

        Assert.Equal(
            ["MaxFileBytes", "MaxValueBytes", "MaxDeadLetterShare", "OnGap", "TimeZone"],
            result.Failures!.Select(failure => failure.Split('\'')[1]["Pipeline:".Length..]));
    }
}
