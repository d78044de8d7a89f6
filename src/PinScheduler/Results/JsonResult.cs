using System.Text.Json;
using PinScheduler.Stages.Analyze;

namespace PinScheduler.Results;

/// <summary>`{"analysis","run","columns":[…],"rows":[[…]]}`, written as it is read.</summary>
internal sealed class JsonResult(StoredResult result) : IResult
{
    private const int FlushBytes = 64 * 1024;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        await using var open = result;
        httpContext.Response.ContentType = "application/json; charset=utf-8";
        await using var writer = new Utf8JsonWriter(httpContext.Response.BodyWriter, Cell.Options);
        writer.WriteStartObject();
        writer.WriteString("analysis", result.Analysis);
        writer.WriteString("run", result.Run.ToString());
        writer.WriteStartArray("columns");
        foreach (var column in result.Columns)
        {
            writer.WriteStringValue(column);
        }

        writer.WriteEndArray();
        writer.WriteStartArray("rows");
        await foreach (var cells in result.RowsAsync(httpContext.RequestAborted))
        {
            writer.WriteRawValue(cells, skipInputValidation: true);
            if (writer.BytesPending > FlushBytes)
            {
                await FlushAsync();
            }
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        await FlushAsync();

        async Task FlushAsync()
        {
            await writer.FlushAsync(httpContext.RequestAborted);
            await httpContext.Response.BodyWriter.FlushAsync(httpContext.RequestAborted);
        }
    }
}
