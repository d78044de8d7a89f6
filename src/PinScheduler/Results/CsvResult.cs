using System.Text.Json;

namespace PinScheduler.Results;

/// <summary>A result as CSV with a header line, written as it is read.</summary>
internal sealed class CsvResult(StoredResult result) : IResult
{
    public const string ContentType = "text/csv; charset=utf-8; header=present";
    private const int FlushCharacters = 32 * 1024;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        await using var open = result;
        httpContext.Response.ContentType = ContentType;
        httpContext.Response.Headers.ContentDisposition = $"inline; filename=\"{result.Analysis}-{result.Run}.csv\"";
        var text = new CsvText().Names(result.Columns);
        await foreach (var cells in result.RowsAsync(httpContext.RequestAborted))
        {
            using var row = JsonDocument.Parse(cells);
            text.Row(row.RootElement.EnumerateArray().Select(static cell => (JsonElement?)cell));
            if (text.Length > FlushCharacters)
            {
                await httpContext.Response.BodyWriter.WriteAsync(text.Take(), httpContext.RequestAborted);
            }
        }

        await httpContext.Response.BodyWriter.WriteAsync(text.Take(), httpContext.RequestAborted);
    }
}
