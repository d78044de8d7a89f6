using PinScheduler.Landing;

namespace PinScheduler.Tests.Landing;

public class LandingFileNameTests
{
    [Theory]
    [InlineData("pinterest.pin+0+00000000000000000000.json", "pinterest.pin", 1, 0, 0)]
    [InlineData("pinterest.pin+15+00000000000000000042.dead.jsonl", "pinterest.pin", 1, 15, 42)]
    [InlineData("a-b_c.d@2+3+09223372036854775807.json.17.tmp", "a-b_c.d", 2, 3, long.MaxValue)]
    [InlineData("pinterest.pin+0+00000000000000000000.json.gz", "pinterest.pin", 1, 0, 0, true)]
    [InlineData("pinterest.pin+0+00000000000000000000.json.gz.3.tmp", "pinterest.pin", 1, 0, 0, true)]
    public void TryParse_ReadsWhatADrainWrites(string name, string topic, int ordinal, int partition, long offset, bool packed = false) =>
        Assert.Equal(new LandingFileName(topic, ordinal, partition, offset, packed), LandingFileName.TryParse(name));

    [Theory]
    [InlineData("pinterest.pin+0+42.json")]
    [InlineData("pinterest.pin+0+00000000000000000000.json.xz")]
    [InlineData("pinterest.pin+0+00000000000000000000.dead.jsonl.gz")]
    [InlineData("pinterest.pin+0+00000000000000000000.json~")]
    [InlineData("pinterest.pin+0+99999999999999999999.json")]
    [InlineData("pinterest.pin+99999999999+00000000000000000000.json")]
    [InlineData("notes.tmp")]
    [InlineData("")]
    public void TryParse_GivesNull_WhenNoDrainHasMadeIt(string name) => Assert.Null(LandingFileName.TryParse(name));

    [Fact]
    public void Names_CarryTheLife_FromTheSecondOn()
    {
        Assert.Equal("t+1+00000000000000000007.json", new LandingFileName("t", 1, 1, 7).Data);
        Assert.Equal("t@3+1+00000000000000000007.dead.jsonl", new LandingFileName("t", 3, 1, 7).DeadLetters);
        Assert.Equal("t+1+00000000000000000007.json.gz", new LandingFileName("t", 1, 1, 7, Packed: true).Data);
        Assert.Equal("t.json/d/t.json+1+00000000000000000007.dead.jsonl", LandingFileName.DeadLettersOf("t.json/d/t.json+1+00000000000000000007.json.gz"));
        Assert.Equal("t+1+00000000000000000007.json.12.tmp", LandingFileName.Temporary(new LandingFileName("t", 1, 1, 7).Data, 12));
    }
}
