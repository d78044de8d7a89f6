using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using CsCheck;
using PinScheduler.Stages.Drain;

namespace PinScheduler.Tests.Stages.Drain;

public class JsonObjectCheckTests
{
    private static readonly string[] Pieces =
    [
        "{", "}", "[", "]", ":", ",", "\"", "\"a\"", "\"\\u00e9\"", "\"\\ud800\"", "\"\\x\"", "\"\\u12g4\"", "\\", "\"é\"", "\"\u2028\"", "0", "-0", "01", "1.5", "1.", ".5", "-", "1e5", "1E+5", "1e", "1e-07",
        "true", "false", "null", "tru", "nul", "NaN", " ", "\t", "\n", "\r", "\u00a0", "\u0001", "\uFEFF", "//", "/**/", "'", "{}", "[]", "{\"a\":1}", "{\"a\":[1,{\"b\":null}]}", "\"tab\t\"", "\0",
    ];

    [Fact]
    public void Check_AgreesWithUtf8JsonReader_OnAnythingPutTogether() =>
        Gen.OneOf<string>(Pieces).Array[0, 14].Select(pieces => Encoding.UTF8.GetBytes(string.Concat(pieces))).Sample(Agrees, iter: 20_000);

    [Fact]
    public void Check_AgreesWithUtf8JsonReader_OnValidDocumentsWithBytesChanged() =>
        Gen.Select(Documents(4), Gen.Int[0, 3], Gen.Int, Gen.Byte).Select((document, changes, where, what) =>
        {
            var bytes = Encoding.UTF8.GetBytes(document);
            for (var i = 0; i < changes && bytes.Length > 0; i++)
            {
                bytes[(int)((uint)(where * (i + 7)) % bytes.Length)] = (byte)(what + i);
            }

            return bytes;
        }).Sample(Agrees, iter: 15_000);

    [Fact]
    public void Check_AgreesWithUtf8JsonReader_OnRandomBytesInsideText() =>
        Gen.Byte.Array[0, 12].Select(bytes => (byte[])[.. "{\"a\":\""u8, .. bytes, .. "\"}"u8]).Sample(Agrees, iter: 15_000);

    [Theory]
    [InlineData(64, JsonVerdict.Object)]
    [InlineData(65, JsonVerdict.TooDeep)]
    [InlineData(200, JsonVerdict.TooDeep)]
    public void Check_ToleratesSixtyFourLevels_WhenNested(int depth, object expected)
    {
        var arrays = "{\"a\":" + new string('[', depth - 1) + new string(']', depth - 1) + "}";
        var objects = string.Concat(Enumerable.Repeat("{\"a\":", depth - 1)) + "{}" + new string('}', depth - 1);

        foreach (var document in new[] { arrays, objects })
        {
            Assert.Equal(expected, JsonObjectCheck.Check(Encoding.UTF8.GetBytes(document), out _));
            Agrees(Encoding.UTF8.GetBytes(document));
        }
    }

    [Theory]
    [InlineData("", JsonVerdict.Blank)]
    [InlineData(" \t\r\n", JsonVerdict.Blank)]
    [InlineData("[{}]", JsonVerdict.NotObject)]
    [InlineData("null", JsonVerdict.NotObject)]
    [InlineData("12", JsonVerdict.NotObject)]
    [InlineData("{", JsonVerdict.NotJson)]
    [InlineData("{} {}", JsonVerdict.NotJson)]
    [InlineData("\uFEFF{}", JsonVerdict.NotJson)]
    [InlineData("{\"a\":NaN}", JsonVerdict.NotJson)]
    [InlineData("{\"a\":1,}", JsonVerdict.NotJson)]
    [InlineData("{\"a\":1,\"a\":2}", JsonVerdict.Object)]
    public void Check_SaysWhy_WhenAValueIsNoObject(string value, object expected) =>
        Assert.Equal(expected, JsonObjectCheck.Check(Encoding.UTF8.GetBytes(value), out _));

    [Theory]
    [InlineData("{\"a\":\n1}", true)]
    [InlineData("\r{}", true)]
    [InlineData("{}\n", true)]
    [InlineData("{ \"a\" :\t1 }", false)]
    [InlineData("{\"a\":\"\\n\\r\"}", false)]
    public void Check_FindsLineBreaks_OnlyBetweenTokens(string value, bool expected)
    {
        Assert.Equal(JsonVerdict.Object, JsonObjectCheck.Check(Encoding.UTF8.GetBytes(value), out var lineBreaks));
        Assert.Equal(expected, lineBreaks);
    }

    [Fact]
    public void Check_RefusesBadUtf8_WhereverItStands() =>
        Assert.Equal(JsonVerdict.NotUtf8, JsonObjectCheck.Check((byte[])[.. "{\"a\":\""u8, 0xC3, .. "\"}"u8], out _));

    [Fact]
    public void Compact_KeepsTokensToTheByte_AndNothingElse() => Documents(4).Sample(document =>
    {
        var value = Encoding.UTF8.GetBytes(document);
        var line = new byte[value.Length];
        var length = JsonLine.Compact(value, line);

        Assert.Equal(Tokens(value), Tokens(line.AsSpan(0, length)));
        Assert.Equal(length, Tokens(value).Sum(token => token.Length) + Separators(value));
    }, iter: 2_000);

    private static void Agrees(byte[] value)
    {
        var ours = JsonObjectCheck.Check(value, out var lineBreaks) == JsonVerdict.Object;
        Assert.Equal(Reference(value), ours);
        if (ours && !lineBreaks)
        {
            Assert.DoesNotContain((byte)'\n', value);
            Assert.DoesNotContain((byte)'\r', value);
        }
    }

    private static bool Reference(byte[] value)
    {
        if (!Utf8.IsValid(value))
        {
            return false;
        }

        try
        {
            var reader = new Utf8JsonReader(value, new JsonReaderOptions { MaxDepth = 64 });
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return false;
            }

            while (reader.Read())
            {
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static List<string> Tokens(ReadOnlySpan<byte> value)
    {
        var tokens = new List<string>();
        var reader = new Utf8JsonReader(value);
        while (reader.Read())
        {
            var quoted = reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName;
            tokens.Add((quoted ? "\"" : "") + Encoding.UTF8.GetString(reader.ValueSpan) + (quoted ? "\"" : ""));
        }

        return tokens;
    }

    // colons and commas are no tokens to the reader
    private static int Separators(ReadOnlySpan<byte> value)
    {
        var names = 0;
        var commas = 0;
        var values = new Stack<int>([0]);
        var reader = new Utf8JsonReader(value);
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    names++;
                    break;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    commas += Math.Max(0, values.Pop() - 1);
                    break;
                default:
                    values.Push(values.Pop() + 1);
                    if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
                    {
                        values.Push(0);
                    }

                    break;
            }
        }

        return names + commas;
    }

    private static Gen<string> Documents(int depth)
    {
        var space = Gen.OneOf<string>("", "", "", " ", "\n", "\r\n\t");
        var text = Gen.String[Gen.OneOf<char>(Gen.Char[' ', '~'], Gen.Char['\u00a0', '\u2fff']), 0, 8].Select(plain => JsonSerializer.Serialize(plain));
        var scalar = Gen.OneOf<string>(text, Gen.Double.Select(number => double.IsFinite(number) ? number.ToString("R", System.Globalization.CultureInfo.InvariantCulture) : "0"), Gen.OneOf<string>("true", "false", "null", "-0", "1e+2"));
        var value = depth == 0 ? scalar : Gen.OneOf<string>(scalar, Documents(depth - 1), Gen.Select(Documents(depth - 1).Array[0, 3], space).Select((items, gap) => "[" + gap + string.Join(gap + ",", items) + "]"));
        return Gen.Select(Gen.Select(text, value).Array[0, 3], space).Select((members, gap) =>
            gap + "{" + string.Join("," + gap, members.Select(member => member.Item1 + gap + ":" + gap + member.Item2)) + gap + "}" + gap);
    }
}
