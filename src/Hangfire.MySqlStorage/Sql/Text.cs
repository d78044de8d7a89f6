using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Hangfire.MySql.Sql;

/// <summary>Texts for columns that know three bytes a character at most: no emoji, no rare signs.</summary>
internal static class Text
{
    private const char Replacement = '\ufffd';

    /// <summary>The same JSON with such characters written as \u escapes.</summary>
    [return: NotNullIfNotNull(nameof(json))]
    public static string? PlainJson(string? json)
    {
        if (json.AsSpan().IndexOfAnyInRange('\ud800', '\udfff') < 0)
        {
            return json;
        }

        var plain = new StringBuilder(json!.Length + 16);
        foreach (var unit in json)
        {
            _ = char.IsSurrogate(unit) ? plain.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}") : plain.Append(unit);
        }

        return plain.ToString();
    }

    public static bool IsJson(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>Cut to a number of characters, and without those that the column does not know.</summary>
    public static string Fit(string text, int length, bool fourBytes)
    {
        if (!fourBytes && text.AsSpan().IndexOfAnyInRange('\ud800', '\udfff') >= 0)
        {
            text = string.Concat(text.EnumerateRunes().Select(rune => rune.IsBmp ? rune.ToString() : Replacement.ToString()));
        }

        return text.Length <= length ? text : char.IsHighSurrogate(text[length - 1]) ? text[..(length - 1)] : text[..length];
    }
}
