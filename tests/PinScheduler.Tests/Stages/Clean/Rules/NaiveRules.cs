using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using PinScheduler.Stages;

namespace PinScheduler.Tests.Stages.Clean.Rules;

/// <summary>
/// pipeline.md §4 once more, as plainly as can be and slow: a parsed document, regular expressions, big integers. It shares no code
/// with the rules that it judges.
/// </summary>
internal static class NaiveRules
{
    private const string WhiteSpace = "\t\n\u000b\f\r \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000";

    private static readonly Dictionary<string, string[]> Placeholders = new()
    {
        ["title"] = ["No Title Data Available"],
        ["description"] = ["No description available Story format", "No description available"],
        ["follower_count"] = ["User Info Error"],
        ["poster_name"] = ["User Info Error"],
        ["tag_list"] = ["N,o, ,T,a,g,s, ,A,v,a,i,l,a,b,l,e"],
        ["image_src"] = ["Image src error.", "Image src error"],
    };

    /// <returns>As below.</returns>
    public static string?[]? Clean(DataSet dataSet, byte[] line)
    {
        try
        {
            return Clean(dataSet, new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(line));
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    /// <returns>The row, or null where the record is rejected.</returns>
    public static string?[]? Clean(DataSet dataSet, string line)
    {
        var record = new Dictionary<string, JsonElement>();
        try
        {
            using var document = JsonDocument.Parse(line, new JsonDocumentOptions { MaxDepth = 64 });
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                return null;
            }

            foreach (var property in document.RootElement.Clone().EnumerateObject())
            {
                record[DecodeName(property)] = property.Value;
            }
        }
        catch (JsonException)
        {
            return null;
        }

        string[] keys = dataSet == DataSet.Pin ? ["index", "ind"] : ["ind", "index"];
        var key = keys.FirstOrDefault(record.ContainsKey);
        if (key is null || Integer(record[key]) is not { } index || index < int.MinValue || index > int.MaxValue)
        {
            return null;
        }

        var ind = index.ToString();
        if (dataSet == DataSet.Geo)
        {
            return TooLong(Text("country")) ? null : [ind, Text("country"), Coordinates(), Instant("timestamp")];
        }

        if (dataSet == DataSet.User)
        {
            var name = Text("first_name") is { } first && Text("last_name") is { } last ? first + " " + last : null;
            return [ind, name, Value("age") is { } age && Integer(age) is { } years && years >= 0 && years <= 150 ? years.ToString() : null, Instant("date_joined")];
        }

        var place = Text("save_location");
        place = place is not null && place.StartsWith("Local save in ", StringComparison.Ordinal) ? place["Local save in ".Length..].Trim(WhiteSpace.ToCharArray()) : place;
        return TooLong(Text("poster_name")) || TooLong(Text("category"))
            ? null
            : [ind, Text("unique_id"), Text("title"), Text("description"), Followers(), Text("poster_name"), Text("tag_list"), Text("is_image_or_video"), Text("image_src"), place, Text("category")];

        JsonElement? Value(string column) => record.TryGetValue(column, out var value) ? value : null;

        string? Text(string column)
        {
            if (Value(column) is not { ValueKind: not JsonValueKind.Null } value)
            {
                return null;
            }

            var text = (value.ValueKind == JsonValueKind.String ? Decode(value.GetRawText()) : JsonText(value)).Trim(WhiteSpace.ToCharArray());
            return text.Length == 0 || (Placeholders.TryGetValue(column, out var placeholders) && placeholders.Contains(text)) ? null : text;
        }

        string? Followers()
        {
            if (Value("follower_count") is { ValueKind: JsonValueKind.Number } number)
            {
                var (digits, exponent) = Exact(number.GetRawText());
                return digits < 0 ? null : InRange(exponent >= 0 ? digits * BigInteger.Pow(10, exponent) : digits / BigInteger.Pow(10, -exponent));
            }

            var match = Regex.Match(Text("follower_count") ?? "", @"\A([0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.([0-9]+))?(?: ?([kKmMbB]))?\z");
            if (!match.Success)
            {
                return null;
            }

            var decimals = match.Groups[2].Value;
            var factor = BigInteger.Pow(10, match.Groups[3].Value.ToLowerInvariant() switch { "k" => 3, "m" => 6, "b" => 9, _ => 0 });
            return InRange(BigInteger.Parse(match.Groups[1].Value.Replace(",", "") + decimals) * factor / BigInteger.Pow(10, decimals.Length));
        }

        string? Coordinates() => Degrees("latitude", 90) is { } latitude && Degrees("longitude", 180) is { } longitude ? $"[{latitude:R}, {longitude:R}]" : null;

        double? Degrees(string column, double limit)
        {
            if (Value(column) is not { ValueKind: JsonValueKind.Number or JsonValueKind.String } value)
            {
                return null;
            }

            var text = value.ValueKind == JsonValueKind.Number ? value.GetRawText() : Decode(value.GetRawText()).Trim(WhiteSpace.ToCharArray());
            if (!Regex.IsMatch(text, @"\A[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?\z"))
            {
                return null;
            }

            var degrees = double.Parse(text, CultureInfo.InvariantCulture);
            return degrees > limit || degrees < -limit ? null : degrees + 0.0;
        }

        string? Instant(string column)
        {
            var match = Regex.Match(Text(column) ?? "", @"\A([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[ T]([0-9]{2}:[0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,9}))?)?(?: ?(Z|[+-][0-9]{2}:?[0-9]{2}))?)?\z");
            var time = match.Groups[2].Length == 0 ? "00:00" : match.Groups[2].Value;
            var seconds = match.Groups[3].Length == 0 ? "00" : match.Groups[3].Value;
            var decimals = match.Groups[4].Value.PadRight(6, '0')[..6];
            if (!match.Success || !DateTime.TryParseExact($"{match.Groups[1].Value} {time}:{seconds}.{decimals}", "yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture, DateTimeStyles.None, out var local))
            {
                return null;
            }

            var zone = match.Groups[5].Value.Replace(":", "");
            if (zone is not ("" or "Z"))
            {
                var (hours, minutes) = (int.Parse(zone[1..3]), int.Parse(zone[3..]));
                if (minutes > 59 || (hours * 60) + minutes > 840)
                {
                    return null;
                }

                try
                {
                    local = local.AddMinutes(((hours * 60) + minutes) * (zone[0] == '-' ? 1 : -1));
                }
                catch (ArgumentOutOfRangeException)
                {
                    return null;
                }
            }

            return local.Year < 1000 ? null : local.ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture);
        }
    }

    private static BigInteger? Integer(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Number)
        {
            var (digits, exponent) = Exact(value.GetRawText());
            if (exponent >= 0)
            {
                return digits * BigInteger.Pow(10, exponent);
            }

            var whole = BigInteger.DivRem(digits, BigInteger.Pow(10, -exponent), out var rest);
            return rest.IsZero ? whole : null;
        }

        return value.ValueKind == JsonValueKind.String && Decode(value.GetRawText()).Trim(WhiteSpace.ToCharArray()) is var text && Regex.IsMatch(text, @"\A[+-]?[0-9]+\z")
            ? BigInteger.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture)
            : null;
    }

    // value = digits · 10^exponent
    private static (BigInteger Digits, int Exponent) Exact(string number)
    {
        var parts = number.ToLowerInvariant().Split('e');
        var mantissa = parts[0].Split('.');
        var decimals = mantissa.Length > 1 ? mantissa[1] : "";
        return (BigInteger.Parse(mantissa[0] + decimals, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture), (parts.Length > 1 ? Exponent(parts[1]) : 0) - decimals.Length);
    }

    // no mantissa drawn is so long that an exponent beyond these would make another outcome
    private static int Exponent(string text) => (int)BigInteger.Clamp(BigInteger.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture), -5000, 5000);

    private static string? InRange(BigInteger value) => value > int.MaxValue ? null : value.ToString();

    private static bool TooLong(string? text) => text is not null && text.EnumerateRunes().Count() > 255;

    private static string JsonText(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "{" + string.Join(',', value.EnumerateObject().Select(property => Encode(DecodeName(property)) + ":" + JsonText(property.Value))) + "}",
        JsonValueKind.Array => "[" + string.Join(',', value.EnumerateArray().Select(JsonText)) + "]",
        JsonValueKind.String => Encode(Decode(value.GetRawText())),
        _ => value.GetRawText(),
    };

    // the document offers names with lone surrogates in no other way than as they are written
    private static string DecodeName(JsonProperty property)
    {
        var raw = property.ToString();
        var end = 1;
        while (raw[end] != '"')
        {
            end += raw[end] == '\\' ? 2 : 1;
        }

        return Decode(raw[..(end + 1)]);
    }

    private static string Decode(string raw)
    {
        var text = Regex.Replace(raw[1..^1], @"\\(?:u([0-9a-fA-F]{4})|(.))", match => match.Groups[1].Success
            ? ((char)int.Parse(match.Groups[1].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToString()
            : match.Groups[2].Value switch { "b" => "\b", "f" => "\f", "n" => "\n", "r" => "\r", "t" => "\t", var other => other });
        return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
    }

    private static string Encode(string text)
    {
        var json = new StringBuilder("\"");
        foreach (var character in text)
        {
            json.Append(character switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\b' => "\\b",
                '\f' => "\\f",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                < ' ' => $"\\u{(int)character:x4}",
                _ => character.ToString(),
            });
        }

        return json.Append('"').ToString();
    }
}
