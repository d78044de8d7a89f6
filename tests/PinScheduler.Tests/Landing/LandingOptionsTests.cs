using PinScheduler.Landing;

namespace PinScheduler.Tests.Landing;

public class LandingOptionsTests
{
    [Fact]
    public void Validate_AcceptsTheDefaults() => Assert.True(new LandingOptionsValidator().Validate(null, new LandingOptions()).Succeeded);

    [Fact]
    public void Validate_NamesEveryWrongKey_WhenSeveralAre() => Assert.Equal(
        ["LandingCompression", "LandingRetentionDays"],
        new LandingOptionsValidator().Validate(null, new LandingOptions { LandingCompression = "lz4", LandingRetentionDays = 0 }).Failures!.Select(failure => failure.Split('\'')[1]["Pipeline:".Length..]));
}
