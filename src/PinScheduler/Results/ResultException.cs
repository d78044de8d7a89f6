namespace PinScheduler.Results;

/// <summary>Why a request for results has no answer, with the HTTP status that says so; it becomes problem details.</summary>
internal sealed class ResultException(int status, string message) : Exception(message)
{
    public int Status { get; } = status;

    public static ResultException Invalid(string message) => new(StatusCodes.Status422UnprocessableEntity, message);

    public static ResultException Unknown(string message) => new(StatusCodes.Status404NotFound, message);

    public static ResultException WrongState(string message) => new(StatusCodes.Status409Conflict, message);

    public static async ValueTask<object?> FilterAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (ResultException exception)
        {
            return TypedResults.Problem(exception.Message, statusCode: exception.Status);
        }
    }
}
