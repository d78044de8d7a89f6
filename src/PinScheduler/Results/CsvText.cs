using System.Buffers;
using System.Text;
using System.Text.Json;

namespace PinScheduler.Results;

/// <summary>RFC 4180: CRLF, quotes where needed; null is empty, an empty text is a pair of quotes, a number has all its digits.</summary>
internal sealed class CsvText
{
    private static readonly SearchValues<char> Quoted = SearchValues.Create(",\"\r\n");
    private readonly StringBuilder _text = new();

    public int Length => _text.Length;

    public CsvText Names(IEnumerable<string> names)
    {
        _text.AppendJoin(',', names.Select(Escaped)).Append("\r\n");
        return this;
    }

    public CsvText Row(IEnumerable<JsonElement?> cells)
    {
        _text.AppendJoin(',', cells.Select(static cell => cell switch
        {
            null or { ValueKind: JsonValueKind.Null } => "",
            { ValueKind: JsonValueKind.String } text => Escaped(text.GetString()!),
            { } other => other.GetRawText(),
        })).Append("\r\n");
        return this;
    }

    /// <summary>What has come together since the last time.</summary>
    public byte[] Take()
    {
        var bytes = Encoding.UTF8.GetBytes(_text.ToString());
        _text.Clear();
        return bytes;
    }

    private static string Escaped(string value) =>
        value.Length == 0 || value.AsSpan().ContainsAny(Quoted) ? $"\"{value.Replace("\"", "\"\"")}\"" : value;
}
