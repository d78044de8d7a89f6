using System.Buffers;
using System.Text;
using System.Text.Json;

namespace PinScheduler.Results;

/// <summary>RFC 4180: a header line, CRLF, quotes where needed; null is empty, an empty text is a pair of quotes.</summary>
internal sealed class CsvResult(StoredResult result) : IResult
{
    private const int FlushCharacters = 32 * 1024;
    private static readonly SearchValues<char> Quoted = SearchValues.Create(",\"\r\n");

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        await using var open = result;
        httpContext.Response.ContentType = "text/csv; charset=utf-8; header=present";
        httpContext.Response.Headers.ContentDisposition = $"inline; filename=\"{result.Analysis}-{result.Run}.csv\"";
        var text = new StringBuilder();
        text.AppendJoin(',', result.Columns.Select(Escaped)).Append("\r\n");
        await foreach (var cells in result.RowsAsync(httpContext.RequestAborted))
        {
            AppendRow(text, cells);
            if (text.Length > FlushCharacters)
            {
                await FlushAsync();
            }
        }

        await FlushAsync();

        async Task FlushAsync()
        {
            await httpContext.Response.BodyWriter.WriteAsync(Encoding.UTF8.GetBytes(text.ToString()), httpContext.RequestAborted);
            text.Clear();
        }
    }

    private static void AppendRow(StringBuilder text, string cells)
    {
        using var row = JsonDocument.Parse(cells);
        var first = true;
        foreach (var cell in row.RootElement.EnumerateArray())
        {
            text.Append(first ? "" : ",").Append(cell.ValueKind switch
            {
                JsonValueKind.Null => "",
                JsonValueKind.String => Escaped(cell.GetString()!),
                _ => cell.GetRawText(),
            });
            first = false;
        }

        text.Append("\r\n");
    }

    private static string Escaped(string value) =>
        value.Length == 0 || value.AsSpan().ContainsAny(Quoted) ? $"\"{value.Replace("\"", "\"\"")}\"" : value;
}
