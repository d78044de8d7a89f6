using System.Text.Json;
using PinScheduler.Stages;
using PinScheduler.Stages.Clean;

namespace PinScheduler.Tests.Stages.Clean.Rules;

public sealed class TextTests
{
    private static string? Title(string json) => Cleaned.Pin($$"""{"index":1,"title":{{json}}}""")["title"];

    [Theory]
    [InlineData("\" a b \"", "a b")]
    [InlineData("\"\\u00a0\\u2003a\\u3000\\u0085\\u2028\"", "a")]
    [InlineData("\"\u00a0\u1680a\u205f\u202f\"", "a")]
    [InlineData("\"\\t\\n\\u000b\\f\\ra\\r\"", "a")]
    [InlineData("\"a\\u001f\"", "a\u001f")]
    [InlineData("\"\\u001c\\u001d\\u001ea\"", "\u001c\u001d\u001ea")]
    [InlineData("\"\\u200ba\\ufeff\"", "\u200ba\ufeff")]
    [InlineData("\"\\u180ea\\u2060\"", "\u180ea\u2060")]
    [InlineData("\"a\\u0000\"", "a\0")]
    [InlineData("\"\"", null)]
    [InlineData("\" \\u00a0 \"", null)]
    [InlineData("null", null)]
    public void Text_IsTrimmedOfWhiteSpace_AndNullWhenEmpty(string json, string? expected) => Assert.Equal(expected, Title(json));

    [Theory]
    [InlineData("true", "true")]
    [InlineData("false", "false")]
    [InlineData("1.50", "1.50")]
    [InlineData("-0", "-0")]
    [InlineData("1E+5", "1E+5")]
    [InlineData("12345678901234567890123456789", "12345678901234567890123456789")]
    [InlineData("[ ]", "[]")]
    [InlineData("{ }", "{}")]
    [InlineData(" [ 1 , \"a b\" , [ true , null ] , { \"k\" : 1.0 } ] ", "[1,\"a b\",[true,null],{\"k\":1.0}]")]
    [InlineData("{\"b\":1,\"a\":2,\"b\":3}", "{\"b\":1,\"a\":2,\"b\":3}")]
    [InlineData("[\"\\u0041\\/\\u00e9\\ud83d\\ude00\"]", "[\"A/\u00e9\U0001F600\"]")]
    [InlineData("[\"\\u0022\\u005c\\b\\f\\n\\r\\t\\u0008\\u000A\"]", "[\"\\\"\\\\\\b\\f\\n\\r\\t\\b\\n\"]")]
    [InlineData("[\"\\u0000\\u001F\\u007f\"]", "[\"\\u0000\\u001f\u007f\"]")]
    [InlineData("[\"\\ud800\",{\"\\udc00k\\n\":1}]", "[\"\ufffd\",{\"\ufffdk\\n\":1}]")]
    [InlineData("[\" \\u00a0\"]", "[\" \u00a0\"]")]
    public void NonString_IsKeptAsItsJsonText(string json, string expected) => Assert.Equal(expected, Title(json));

    [Theory]
    [InlineData("\"\\ud800\"", "\ufffd")]
    [InlineData("\"\\udc00\\ud800\"", "\ufffd\ufffd")]
    [InlineData("\"\\ud800\\ud83d\\ude00\"", "\ufffd\U0001F600")]
    [InlineData("\"\\ud800\\n\"", "\ufffd")]
    [InlineData("\"\\ud800x\\uDBFF\\u0041\"", "\ufffdx\ufffdA")]
    [InlineData("\"\\uD83D\\uDE00\"", "\U0001F600")]
    public void LoneSurrogate_BecomesTheReplacementCharacter(string json, string expected) => Assert.Equal(expected, Title(json));

    [Theory]
    [InlineData("Art", "art")]
    [InlineData("e\u0301", "\u00e9")]
    [InlineData("N", "\\N")]
    [InlineData("a\tb", "a\\tb")]
    public void Text_ComparesByCodePoint(string one, string other)
    {
        var (first, second) = (Cleaned.Pin(Json(one)), Cleaned.Pin(Json(other)));

        Assert.Equal((one, other), (first["title"], second["title"]));
        Assert.NotEqual(first.Hash, second.Hash);

        static string Json(string title) => JsonSerializer.Serialize(new { index = 1, title });
    }

    [Fact]
    public void EqualRows_HaveEqualHashes_HoweverTheyWereWritten()
    {
        var plain = Cleaned.Geo("""{"ind":1,"timestamp":"2020-01-01 00:00:00","latitude":1,"longitude":2.5,"country":"Aruba"}""");
        var other = Cleaned.Geo("""{ "extra":[1], "country":" \u0041ruba ", "longitude":"25e-1", "latitude":1.0, "timestamp":"2020-01-01T01:00+01:00", "ind":"+1" }""");

        Assert.Equal(plain.Line, other.Line);
        Assert.Equal(plain.Hash, other.Hash);
    }

    [Theory]
    [InlineData("title", "No Title Data Available")]
    [InlineData("description", "No description available Story format")]
    [InlineData("description", "No description available")]
    [InlineData("poster_name", "User Info Error")]
    [InlineData("follower_count", "User Info Error")]
    [InlineData("tag_list", "N,o, ,T,a,g,s, ,A,v,a,i,l,a,b,l,e")]
    [InlineData("image_src", "Image src error.")]
    [InlineData("image_src", "Image src error")]
    public void Placeholder_BecomesNull(string column, string placeholder)
    {
        Assert.Null(Cleaned.Pin($$"""{"index":1,"{{column}}":"\u00a0{{placeholder}} "}""")[column]);
        if (column != "follower_count")
        {
            Assert.Equal(placeholder.ToUpperInvariant(), Cleaned.Pin($$"""{"index":1,"{{column}}":"{{placeholder.ToUpperInvariant()}}"}""")[column]);
            Assert.Equal(placeholder + "!", Cleaned.Pin($$"""{"index":1,"{{column}}":"{{placeholder}}!"}""")[column]);
        }
    }

    [Fact]
    public void Placeholders_AreThoseOfTheConfiguration()
    {
        var options = new CleanOptions { Placeholders = { ["title"] = ["Untitled", "17"], ["first_name"] = ["?"] } };

        Assert.Null(Cleaned.Of(DataSet.Pin, "{\"index\":1,\"title\":\"Untitled\"}"u8.ToArray(), options)["title"]);
        Assert.Null(Cleaned.Of(DataSet.Pin, "{\"index\":1,\"title\":17}"u8.ToArray(), options)["title"]);
        Assert.Equal("No Title Data Available", Cleaned.Of(DataSet.Pin, "{\"index\":1,\"title\":\"No Title Data Available\"}"u8.ToArray(), options)["title"]);
        Assert.Null(Cleaned.Of(DataSet.Pin, "{\"index\":1,\"image_src\":\"Image src error\"}"u8.ToArray(), options)["image_src"]);
        Assert.Null(Cleaned.Of(DataSet.User, "{\"ind\":1,\"first_name\":\" ?\",\"last_name\":\"x\"}"u8.ToArray(), options)["user_name"]);
    }

    [Theory]
    [InlineData("poster_name")]
    [InlineData("category")]
    public void GroupedText_RejectsTheRecord_WhenItIsLongerThan255CodePoints(string column)
    {
        // astral and trimmed characters tell code points from bytes and UTF-16 units
        var longest = string.Concat(Enumerable.Repeat("\U0001F600", 255));

        Assert.Equal(longest, Cleaned.Pin($$"""{"index":1,"{{column}}":"  {{longest}} "}""")[column]);
        Assert.Equal($"{column} is longer than 255 characters", Cleaned.Pin($$"""{"index":1,"{{column}}":"{{longest}}x"}""").Reason);
        Assert.Equal($"{column} is longer than 255 characters", Cleaned.Pin($$"""{"index":1,"{{column}}":[{{string.Join(',', Enumerable.Repeat("1", 128))}}]}""").Reason);
    }

    [Fact]
    public void Country_RejectsTheRecord_WhenItIsLongerThan255CodePoints()
    {
        Assert.Equal(new string('é', 255), Cleaned.Geo($$"""{"ind":1,"country":"{{new string('é', 255)}}"}""")["country"]);
        Assert.Equal("country is longer than 255 characters", Cleaned.Geo($$"""{"ind":1,"country":"{{new string('é', 256)}}"}""").Reason);
    }

    [Fact]
    public void OtherText_IsNeverCut()
    {
        var text = new string('é', 1_500_000);

        Assert.Equal(text, Title($"\"{text}\""));
    }

    [Theory]
    [InlineData("Local save in /data/art", "/data/art")]
    [InlineData(" Local save in \\u00a0 /x ", "/x")]
    [InlineData("Local save in ", "Local save in")]
    [InlineData("Local save in", "Local save in")]
    [InlineData("Local save in Local save in /x", "Local save in /x")]
    [InlineData("local save in /x", "local save in /x")]
    [InlineData("Local save in\\u00a0/x", "Local save in\u00a0/x")]
    [InlineData("/data/Local save in /x", "/data/Local save in /x")]
    [InlineData("", null)]
    public void SaveLocation_IsThePath(string text, string? expected) => Assert.Equal(expected, Cleaned.Pin($$"""{"index":1,"save_location":"{{text}}"}""")["save_location"]);

    [Theory]
    [InlineData("\" Ann \"", "\" Lee\"", "Ann Lee")]
    [InlineData("\"A\\tB\"", "\"C\\\\D\"", "A\tB C\\D")]
    [InlineData("1", "[2]", "1 [2]")]
    [InlineData("null", "\"Lee\"", null)]
    [InlineData("\"Ann\"", "\" \"", null)]
    public void UserName_IsBothNames_AndNullWhereOneIs(string first, string last, string? expected) =>
        Assert.Equal(expected, Cleaned.User($$"""{"ind":1,"first_name":{{first}},"last_name":{{last}}}""")["user_name"]);
}
