using PinScheduler.Orchestration.Jobs;

namespace PinScheduler.Tests.Orchestration.Jobs;

public sealed class LogDigestTests
{
    [Theory]
    [InlineData("offset 1234 of pinterest.pin", true)]
    [InlineData("OFFSET 1234", true)]
    [InlineData("Überzahl", true)]
    [InlineData("ÜBERZAHL", true)]
    [InlineData("non", true)]
    [InlineData("", true)]
    [InlineData("offset 1235", false)]
    [InlineData("uberzahl", false)]
    public void MayHave_IsFalse_WhereATextIsInNoLine(string text, bool may)
    {
        var digest = new LogDigest();
        digest.Add(1, "read to offset 1234 of pinterest.pin");
        digest.Add(2, "eine überzahl");

        Assert.Equal(may, LogDigest.MayHave(digest.Marks, text));
    }

    [Fact]
    public void MayHave_HasEachTextOfAThousandLines_AndFewOthers()
    {
        var (digest, random) = (new LogDigest(), new Random(1));
        var lines = Enumerable.Range(1, LogDigest.MostLines).Select(line => $"{line}: batch {random.Next():x8} of records was read from the topic, checked and written").ToList();
        foreach (var (place, line) in lines.Index())
        {
            Assert.False(digest.IsFull);
            digest.Add(place + 1, line);
        }

        Assert.True(digest.IsFull);
        Assert.Equal((1, LogDigest.MostLines), (digest.First, digest.Last));
        Assert.All(lines, line => Assert.True(LogDigest.MayHave(digest.Marks, line[^60..])));
        Assert.InRange(Enumerable.Range(0, 1000).Count(_ => LogDigest.MayHave(digest.Marks, $"task {random.Next():x8}")), 0, 50);
    }

    [Fact]
    public void Add_BeginsAnew_AfterALineThatIsNotTheNext()
    {
        var digest = new LogDigest();
        digest.Add(1, "first");
        digest.Add(3, "third");

        Assert.Equal((3, 3), (digest.First, digest.Last));
        Assert.False(LogDigest.MayHave(digest.Marks, "first"));
    }
}
