using System.Text;
using CsCheck;
using PinScheduler.Stages;
using PinScheduler.Stages.Clean.Rules;

namespace PinScheduler.Tests.Stages.Clean.Rules;

public sealed class RulesPropertyTests
{
    [Fact]
    public void Rules_GiveWhatTheNaiveOnesGive_OnDrawnRecords()
    {
        int rows = 0, rejected = 0;
        DrawnRecords.Record.Sample(
            line =>
            {
                foreach (var dataSet in DataSet.All)
                {
                    var cleaned = Cleaned.Of(dataSet, line);
                    var naive = NaiveRules.Clean(dataSet, line);
                    Interlocked.Increment(ref cleaned.Reason is null ? ref rows : ref rejected);
                    if (cleaned.Reason is null != naive is not null || (naive is not null && !naive.SequenceEqual(cleaned.Values)))
                    {
                        Assert.Fail($"{dataSet.Key} {line}\nnaive   {string.Join(" | ", naive ?? ["rejected"])}\ncleaned {cleaned.Reason ?? string.Join(" | ", cleaned.Values)}");
                    }
                }
            },
            iter: 20_000);
        Assert.True(rows > 20_000 && rejected > 1_000, $"{rows} rows and {rejected} rejects: the records drawn do not try the rules");
    }

    [Fact]
    public void Rules_GiveWhatTheNaiveOnesGive_OnLinesOneAfterAnother()
    {
        int rows = 0, rejected = 0;
        DrawnRecords.Lines.Sample(
            lines =>
            {
                foreach (var dataSet in DataSet.All)
                {
                    // one for all lines: it remembers how the one before was written
                    var rules = RecordRules.Of(dataSet, new Placeholders(Placeholders.Defaults));
                    var cleaner = new LineCleaner(rules);
                    foreach (var line in lines)
                    {
                        var cleaned = Cleaned.By(cleaner, rules, line);
                        var naive = NaiveRules.Clean(dataSet, line);
                        Interlocked.Increment(ref cleaned.Reason is null ? ref rows : ref rejected);
                        if (cleaned.Reason is null != naive is not null || (naive is not null && !naive.SequenceEqual(cleaned.Values)))
                        {
                            Assert.Fail($"{dataSet.Key} {Encoding.UTF8.GetString(line)}\nnaive   {string.Join(" | ", naive ?? ["rejected"])}\ncleaned {cleaned.Reason ?? string.Join(" | ", cleaned.Values)}");
                        }
                    }
                }
            },
            iter: 5_000);
        Assert.True(rows > 40_000 && rejected > 20_000, $"{rows} rows and {rejected} rejects: the lines drawn do not try the readers");
    }

    [Fact]
    public void Rules_GiveWhatTheNaiveOnesGive_OnDrawnFieldTexts()
    {
        Gen.Select(DrawnRecords.Number, DrawnRecords.Instants, DrawnRecords.Number).Sample(
            (one, instant, other) =>
            {
                foreach (var (dataSet, line) in new[]
                {
                    (DataSet.Pin, $$"""{"index":1,"follower_count":{{one}}}"""),
                    (DataSet.Pin, $$"""{"index":{{one}}}"""),
                    (DataSet.Geo, $$"""{"ind":1,"latitude":{{one}},"longitude":{{other}},"timestamp":"{{instant}}"}"""),
                    (DataSet.User, $$"""{"ind":1,"age":{{one}},"date_joined":"{{instant}}"}"""),
                })
                {
                    var cleaned = Cleaned.Of(dataSet, line);
                    var naive = NaiveRules.Clean(dataSet, line);
                    Assert.True(cleaned.Reason is null == naive is not null, $"{line}: {cleaned.Reason}");
                    if (naive is not null)
                    {
                        Assert.Equal(naive, cleaned.Values);
                    }
                }
            },
            iter: 20_000);
    }
}
