using System.Text;
using PinScheduler.Stages;
using PinScheduler.Stages.Clean.Facts;
using PinScheduler.Stages.Clean.Rules;

namespace PinScheduler.Tests.Stages.Clean.Rules;

public sealed class JsonRecordTests
{
    [Theory]
    [InlineData("not JSON")]
    [InlineData("{")]
    [InlineData("{\"index\":1}}")]
    [InlineData("{\"index\":1} {}")]
    [InlineData("{\"index\":1,}")]
    [InlineData("{\"index\":[1,]}")]
    [InlineData("{\"index\":NaN}")]
    [InlineData("{\"index\":Infinity}")]
    [InlineData("{\"index\":01}")]
    [InlineData("{\"index\":+1}")]
    [InlineData("{\"index\":1.}")]
    [InlineData("{\"index\":.5}")]
    [InlineData("{\"index\":0x1}")]
    [InlineData("{'index':1}")]
    [InlineData("{index:1}")]
    [InlineData("{\"index\":1 /* one */}")]
    [InlineData("{\"index\":1} // one")]
    [InlineData("\ufeff{\"index\":1}")]
    [InlineData("{\"index\":1,\"title\":\"a\tb\"}")]
    [InlineData("{\"index\":1,\"title\":\"a\u0001b\"}")]
    [InlineData("{\"index\":1,\"title\":\"\\x\"}")]
    [InlineData("{\"index\":1,\"title\":\"\\u12\"}")]
    [InlineData("{\"index\":1,\"title\":\"a}")]
    [InlineData("{\"index\":1,\"title\":TRUE}")]
    [InlineData("\u00a0{\"index\":1}")]
    [InlineData("[1")]
    public void Read_Rejects_WhatIsNotStrictJson(string line) => Assert.StartsWith("not JSON: ", Cleaned.Pin(line).Reason);

    [Theory]
    [InlineData("[]")]
    [InlineData("[{\"index\":1}]")]
    [InlineData("\"{}\"")]
    [InlineData("null")]
    [InlineData("17")]
    [InlineData("true")]
    public void Read_Rejects_WhatIsNoObject(string line) => Assert.Equal("not a JSON object", Cleaned.Pin(line).Reason);

    [Theory]
    [InlineData("22ff22")]
    [InlineData("22c3a922c3")]
    [InlineData("22eda08022")]
    [InlineData("22c0af22")]
    [InlineData("22f490808022")]
    public void Read_Rejects_WhatIsNotUtf8(string title) => Assert.Equal(
        "not valid UTF-8",
        Cleaned.Of(DataSet.Pin, [.. "{\"index\":1,\"title\":"u8, .. Convert.FromHexString(title), .. "}"u8]).Reason);

    [Fact]
    public void Read_TakesWhiteSpaceOfJsonAnywhere_AndCarriageReturnAtTheEnd() =>
        Assert.Equal("x", Cleaned.Pin("\t { \"index\" \r:\t1 , \"title\" : \"x\" } \r")["title"]);

    [Fact]
    public void Read_TakesTheLastOfARepeatedKey_AndIgnoresUnknownOnes()
    {
        var cleaned = Cleaned.Pin("""{"title":"a","Title":"b","index":1,"x":{"title":"c","y":[{"title":"d"}]},"title":{"title":"e"},"titl\u0065":"f","index":2}""");

        Assert.Equal(("2", "f"), (cleaned["ind"], cleaned["title"]));
        Assert.Null(Cleaned.Pin("""{"index":1,"title":"a","title":null}""")["title"]);
    }

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public void Read_TakesNestingOf64AtMost(int depth, bool taken)
    {
        foreach (var key in new[] { "title", "unknown" })
        {
            var line = $$"""{"index":1,"{{key}}":{{new string('[', depth - 1)}}{{new string(']', depth - 1)}}}""";

            Assert.Equal(taken, Cleaned.Pin(line).Reason is null);
        }
    }

    [Fact]
    public void Read_ForgetsTheLineBefore()
    {
        var rules = RecordRules.Of(DataSet.User, new Placeholders(Placeholders.Defaults));
        var cleaner = new LineCleaner(rules);
        var row = new RowBuffer();
        foreach (var line in new[] { """{"ind":1,"first_name":"\u0041","last_name":"B","age":3,"date_joined":"2020-01-01"}""", """{"ind":2}""", "{}", """{"ind":3,"age":4}""" })
        {
            row.BeginRow();
            if (cleaner.Clean(Encoding.UTF8.GetBytes(line), row, new FactRow(null), out _) is null)
            {
                row.EndRow();
            }
        }

        Assert.Equal("1\tA B\t3\t2020-01-01 00:00:00.000000\n2\t\\N\t\\N\t\\N\n3\t\\N\t4\t\\N\n", Encoding.UTF8.GetString(row.Memory(0, row.Length).Span));
    }

    [Theory]
    [InlineData("", true)]
    [InlineData(" \t\r", true)]
    [InlineData("\u00a0", true)]
    [InlineData("{}", false)]
    [InlineData("\u001f", false)]
    public void IsBlank_IsTrueOfWhiteSpaceOnly(string line, bool blank) => Assert.Equal(blank, LineCleaner.IsBlank(Encoding.UTF8.GetBytes(line)));
}
