using System.Globalization;
using System.Text;
using CsCheck;

namespace PinScheduler.Tests.Stages.Clean.Rules;

/// <summary>Records at random, mostly near the edges of the rules.</summary>
internal static class DrawnRecords
{
    // all of Unicode's white space and its neighbours, some as escapes
    private static readonly Gen<string> Blank = Gen.Frequency<string>(
        (4, Gen.Const("")),
        (2, Gen.Select(Gen.OneOf("\t\n\u000b\f\r \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000".ToCharArray()), Gen.Bool, (blank, escaped) => escaped || blank < ' ' ? $"\\u{(int)blank:x4}" : blank.ToString())),
        (1, Gen.OneOf("\\u0008", "\\u000e", "\\u001c", "\\u001f", "\u0084", "\u0086", "\u00a1", "\u180e", "\u200b", "\u2060", "\u2027", "\ufeff", "\u3001")));

    private static readonly Gen<string> Digits = Gen.Char['0', '9'].Array[1, 12].Select(digits => new string(digits));

    private static readonly Gen<string> Sign = Gen.OneOf("", "", "-", "+");

    private static readonly Gen<string> Decimals = Gen.Frequency<string>((2, Gen.Const("")), (2, Digits.Select(digits => "." + digits)), (1, Gen.OneOf(".", ".0", ".00", ".5.5")));

    private static readonly Gen<string> Exponent = Gen.Frequency<string>((3, Gen.Const("")), (1, Gen.Select(Gen.OneOf("e", "E"), Sign, Gen.Int[0, 40], (letter, sign, digits) => letter + sign + digits)), (1, Gen.OneOf("e", "e400", "e-400")));

    private static readonly Gen<string> JsonNumber = Gen.Select(Gen.OneOf("", "-"), Gen.Frequency<string>((1, Gen.OneOf("0", "2147483647", "2147483648", "150", "151", "90", "180")), (2, Gen.Int[0, 3_000_000].Select(number => number.ToString())), (1, Digits.Select(digits => "1" + digits))),
        Gen.Frequency<string>((2, Gen.Const("")), (1, Digits.Select(digits => "." + digits)), (1, Gen.OneOf(".0", ".000"))),
        Gen.Frequency<string>((3, Gen.Const("")), (1, Gen.Select(Gen.OneOf("e", "E"), Sign, Gen.Int[0, 40], (letter, sign, digits) => letter + sign + digits))),
        (sign, whole, decimals, exponent) => sign + whole + decimals + exponent);

    private static readonly Gen<string> DecimalText = Gen.Select(Sign, Digits, Decimals, Exponent, (sign, digits, decimals, exponent) => sign + digits + decimals + exponent);

    private static readonly Gen<string> SmallDecimal = Gen.Select(Sign, Gen.Int[0, 200], Decimals, (sign, whole, decimals) => sign + whole + decimals);

    private static readonly Gen<string> Followers = Gen.Select(
        Gen.Frequency<string>((3, Gen.Int[0, 3000].Select(number => number.ToString())), (1, Digits), (1, Gen.OneOf("1,234", "12,345,678", "1234,567", "12,34", ",1", "1,", "0,000")), (1, Gen.Int[0, 2_147_483_647].Select(number => number.ToString("N0", CultureInfo.InvariantCulture)))),
        Decimals, Gen.OneOf("", "", " ", "  ", "\\t"), Gen.OneOf("", "k", "K", "m", "M", "b", "B", "kk", "x"),
        (whole, decimals, blank, unit) => whole + decimals + blank + unit);

    public static Gen<string> Instants { get; } = Gen.Select(
        Gen.Select(Gen.Frequency<int>((3, Gen.Int[1970, 2030]), (1, Gen.OneOf(0, 1, 999, 1000, 9999))), Gen.Int[0, 13], Gen.Int[0, 32], (year, month, day) => $"{year:D4}-{month:D2}-{day:D2}"),
        Gen.Frequency<string>((1, Gen.Const("")), (4, Gen.Select(Gen.OneOf(" ", "T", "T", "t", "  "), Gen.Int[0, 24], Gen.Int[0, 60], (separator, hour, minute) => $"{separator}{hour:D2}:{minute:D2}"))),
        Gen.Frequency<string>((1, Gen.Const("")), (3, Gen.Int[0, 60].Select(second => $":{second:D2}"))),
        Gen.Frequency<string>((2, Gen.Const("")), (2, Digits.Select(digits => "." + digits)), (1, Gen.OneOf(".", ".1234567891"))),
        Gen.Frequency<string>((2, Gen.Const("")), (1, Gen.OneOf("Z", " Z", "z", "  Z", "+1", "UTC")), (2, Gen.Select(Gen.OneOf("+", "-", " +", " -"), Gen.Int[0, 15], Gen.OneOf(":", ""), Gen.Int[0, 61], (sign, hours, colon, minutes) => $"{sign}{hours:D2}{colon}{minutes:D2}"))),
        (date, time, second, decimals, zone) => date + time + second + decimals + zone);

    private static readonly Gen<string> Character = Gen.Frequency<string>(
        (8, Gen.Char['a', 'z'].Select(character => character.ToString())),
        (2, Gen.OneOf(" ", "é", "\u00a0", "\U0001F600", "\u200b", "\u2028", "N", ",")),
        (2, Gen.OneOf("\\\"", "\\\\", "\\/", "\\b", "\\f", "\\n", "\\r", "\\t", "\\u0000", "\\u001F", "\\u00E9", "\\ud83d\\ude00", "\\uD83D", "\\ude00", "\\u0041", "\\ufffd", "\\u0085")));

    private static readonly Gen<string> Chars = Gen.Frequency<string[]>((20, Character.Array[0, 12]), (1, Character.Array[250, 265])).Select(string.Concat);

    // about as long as a text may be that is grouped by, in characters of one to four bytes
    private static readonly Gen<string> LongText = Gen.Select(Gen.OneOf("a", "é", "…", "\U0001F600", "\\ud83d\\ude00", "\\u00e9"), Gen.Int[252, 258], Blank, (character, count, blank) => blank + string.Concat(Enumerable.Repeat(character, count)) + blank);

    private static readonly Gen<string> KnownText = Gen.OneOf(
        "No Title Data Available", "No description available Story format", "No description available", "User Info Error", "N,o, ,T,a,g,s, ,A,v,a,i,l,a,b,l,e", "Image src error.", "Image src error",
        "Local save in /data/art", "Local save in ", "Local save in", "Local save in  \\u00a0/x", "local save in /x");

    private static readonly Gen<string> Text = Gen.Select(Blank, Gen.Frequency<string>((4, Chars), (2, KnownText), (2, Followers), (2, Instants), (1, DecimalText), (2, SmallDecimal)), Blank, (before, text, after) => Quote(before + text + after));

    private static readonly Gen<string> Gap = Gen.OneOf("", "", "", " ", "\t", "\r", " \t ");

    private static readonly Gen<string> Scalar = Gen.Frequency<string>((5, Text), (3, JsonNumber), (1, Gen.OneOf("null", "true", "false")));

    private static readonly Gen<string> Value = Gen.Recursive<string>((depth, value) => depth > 3
        ? Scalar
        : Gen.Frequency<string>(
            (12, Scalar),
            (1, Gen.Select(value, Gap).Array[0, 3].Select(items => "[" + string.Join(',', items.Select(item => item.Item2 + item.Item1 + item.Item2)) + "]")),
            (1, Gen.Select(Chars, value, Gap).Array[0, 3].Select(items => "{" + string.Join(',', items.Select(item => $"\"{item.Item1}\"{item.Item3}:{item.Item2}{item.Item3}")) + "}"))));

    private static readonly string[] Keys =
    [
        "index", "ind", "unique_id", "title", "description", "poster_name", "follower_count", "tag_list", "is_image_or_video", "image_src", "save_location", "category", "downloaded",
        "timestamp", "latitude", "longitude", "country", "first_name", "last_name", "age", "date_joined", "Index", "titl\\u0065", "\\u0061ge", "extra",
    ];

    // what a field mostly holds, so that its rule is reached and not only its refusal
    private static readonly Gen<(string Key, string Value)> Member = Gen.OneOf(Keys).SelectMany(key => key switch
    {
        "follower_count" => Gen.Frequency<string>((3, Followers.Select(Quote)), (1, Value)),
        "timestamp" or "date_joined" => Gen.Frequency<string>((3, Instants.Select(Quote)), (1, Value)),
        "latitude" or "longitude" => Gen.Frequency<string>((1, SmallDecimal.Select(Quote)), (1, Value)),
        "age" => Gen.Frequency<string>((1, Gen.Int[-3, 200].Select(age => age.ToString())), (2, Value)),
        "index" or "ind" => Gen.Frequency<string>((9, Gen.Int[1, 99].Select(index => index.ToString())), (1, Value)),
        "category" or "poster_name" or "country" => Gen.Frequency<string>((1, LongText.Select(Quote)), (4, Value)),
        _ => Value,
    }, (key, value) => (key, value));

    /// <summary>A JSON object with some of the fields of all three data sets, some of them more than once.</summary>
    public static Gen<string> Record { get; } = Gen.Select(Member.Array[0, 24], Gen.Int[0, 9], Gap, (members, index, gap) =>
    {
        var all = index == 0 ? members : members.Prepend((Key: "ind", Value: "7")).Append((Key: "index", Value: "\"7\""));
        return "{" + gap + string.Join("," + gap, all.Select(member => $"\"{member.Key}\"{gap}:{gap}{member.Value}")) + gap + "}";
    });

    /// <summary>Lines one after another, as in a file: most have the keys of the one before, some are spoilt in a place or two.</summary>
    public static Gen<byte[][]> Lines { get; } = Gen.Select(Record, Spoiling.Any.Array[1, 6], Gen.Frequency<string>((1, Record), (3, Gen.Const(""))).Array[6], (first, spoilings, others) =>
    {
        var lines = new List<byte[]>();
        var line = Encoding.UTF8.GetBytes(first);
        foreach (var (spoiling, other) in spoilings.Zip(others))
        {
            lines.Add(line);
            lines.Add(spoiling.Of(line));
            line = other.Length > 0 ? Encoding.UTF8.GetBytes(other) : spoiling.Renewed(line);
        }

        return lines.ToArray();
    });

    /// <summary>A number as JSON or as text, or a text that almost is one.</summary>
    public static Gen<string> Number { get; } = Gen.Select(Gen.OneOf(DecimalText, SmallDecimal, JsonNumber, Followers), Gen.Bool, (text, quoted) => quoted ? Quote(text) : text);

    private static string Quote(string text) => $"\"{text}\"";
}
