using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;

namespace PinScheduler.Ingestion;

/// <summary>RFC 9457 problem details that also carry REST Proxy's error_code and message, and what became of each record where some were sent.</summary>
internal sealed class IngestionProblem(IngestionException problem) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = problem.Status;
        response.ContentType = "application/problem+json";
        if (problem.RetryAfter is { } seconds)
        {
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        await using var json = new Utf8JsonWriter(response.BodyWriter);
        json.WriteStartObject();
        json.WriteString("type", "about:blank");
        json.WriteString("title", ReasonPhrases.GetReasonPhrase(problem.Status));
        json.WriteNumber("status", problem.Status);
        json.WriteString("detail", problem.Message);
        json.WriteNumber("error_code", problem.ErrorCode);
        json.WriteString("message", problem.Message);
        if (problem.Batch is { } batch)
        {
            ProduceAnswer.WriteOffsets(json, batch);
        }

        json.WriteEndObject();
    }
}
