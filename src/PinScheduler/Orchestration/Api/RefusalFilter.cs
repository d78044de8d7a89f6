namespace PinScheduler.Orchestration.Api;

/// <summary>Turns a refusal into problem details, and refuses a POST that does not say that it is JSON: a form on another site cannot say so.</summary>
internal static class RefusalFilter
{
    public static async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var request = context.HttpContext.Request;
        if (HttpMethods.IsPost(request.Method) && !request.HasJsonContentType())
        {
            return TypedResults.Problem($"The content type is '{request.ContentType}'; send 'Content-Type: application/json', also where the body is empty.", statusCode: StatusCodes.Status415UnsupportedMediaType);
        }

        try
        {
            return await next(context);
        }
        catch (RefusedException refused)
        {
            return TypedResults.Problem(refused.Message, statusCode: refused.Status);
        }
    }
}
