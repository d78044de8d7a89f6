using PinScheduler.Pipelines;

namespace PinScheduler.Tests.Pipelines;

public sealed class NightlyBooksTests
{
    [Fact]
    public void Balance_SaysNothing_WhenEverythingAddsUp() => Assert.Empty(NightlyBooks.Balance(Counts(drained: 10)));

    [Fact]
    public void Balance_SaysNothing_WhenOutsideProducersHaveAddedRecords() => Assert.Empty(NightlyBooks.Balance(Counts(drained: 11)));

    [Fact]
    public void Balance_NamesStageAndNumber_WhenARecordIsMissing()
    {
        var counts = Counts(drained: 10);
        counts["drain-geo"] = new Dictionary<string, long> { ["read"] = 10, ["records"] = 8, ["deadLetters"] = 1 };
        counts["clean-user"] = new Dictionary<string, long> { ["read"] = 10, ["accepted"] = 5, ["duplicates"] = 2, ["rejected"] = 1 };

        Assert.Collection(
            NightlyBooks.Balance(counts),
            geo => Assert.Equal("drain-geo read 10 records, but 8 landed and 1 became dead letters: 1 are missing.", geo),
            user => Assert.Equal("clean-user read 10 records, but accepted 5, found 2 duplicates and rejected 1: 2 are missing.", user));
    }

    [Fact]
    public void Balance_ComparesWithEmulate_WhenLessWasDrainedThanSent() =>
        Assert.Equal(["emulate sent 30 records, but only 27 were drained: 3 are missing."], NightlyBooks.Balance(Counts(drained: 9)));

    private static Dictionary<string, IReadOnlyDictionary<string, long>> Counts(long drained)
    {
        var counts = new Dictionary<string, IReadOnlyDictionary<string, long>> { ["emulate"] = new Dictionary<string, long> { ["posts"] = 10, ["records"] = 30 } };
        foreach (var set in new[] { "pin", "geo", "user" })
        {
            counts[$"drain-{set}"] = new Dictionary<string, long> { ["read"] = drained, ["records"] = drained - 1, ["deadLetters"] = 1 };
            counts[$"clean-{set}"] = new Dictionary<string, long> { ["read"] = drained - 1, ["accepted"] = drained - 3, ["duplicates"] = 1, ["rejected"] = 1 };
        }

        return counts;
    }
}
