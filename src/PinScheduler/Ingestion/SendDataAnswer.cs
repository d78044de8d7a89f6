using System.Text.Json;

namespace PinScheduler.Ingestion;

/// <summary>As the original's API: the data again, and that it was sent.</summary>
internal sealed class SendDataAnswer(SendDataRequest sent) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.ContentType = "application/json";
        await using var json = new Utf8JsonWriter(httpContext.Response.BodyWriter);
        json.WriteStartObject();
        json.WritePropertyName("data");
        json.WriteRawValue(sent.Record.Value.Of(sent.Body), skipInputValidation: true);
        json.WriteString("status", "success");
        json.WriteEndObject();
    }
}
