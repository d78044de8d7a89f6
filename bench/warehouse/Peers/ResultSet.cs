using System.Globalization;
using System.Text;

namespace WarehouseBench.Peers;

/// <summary>A CSV result as a set of rows whose numbers compare by value.</summary>
internal static class ResultSet
{
    public static HashSet<string> Of(string csv) => [.. Rows(csv).Skip(1).Select(row => string.Join('\u001f', row.Select(Canonical)))];

    /// <summary>A field as RFC 4180 writes it.</summary>
    public static string Field(object? value) => value switch
    {
        null or DBNull => "",
        string text => $"\"{text.Replace("\"", "\"\"")}\"",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static string Canonical(string field) =>
        decimal.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number.ToString("0.##########", CultureInfo.InvariantCulture) : field;

    private static IEnumerable<List<string>> Rows(string csv)
    {
        var (row, field, quoted) = (new List<string>(), new StringBuilder(), false);
        for (var i = 0; i < csv.Length; i++)
        {
            var c = csv[i];
            if (quoted && c == '"' && i + 1 < csv.Length && csv[i + 1] == '"')
            {
                field.Append(csv[++i]);
            }
            else if (c == '"')
            {
                quoted = !quoted;
            }
            else if (!quoted && c == ',')
            {
                row.Add(Taken());
            }
            else if (!quoted && c == '\n')
            {
                row.Add(Taken());
                yield return row;
                row = [];
            }
            else if (quoted || c != '\r')
            {
                field.Append(c);
            }
        }

        string Taken()
        {
            var text = field.ToString();
            field.Clear();
            return text;
        }
    }
}
