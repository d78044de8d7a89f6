namespace PinScheduler.Orchestration;

/// <summary>What was asked for is not done, and why; over HTTP, the status and the sentence of the answer.</summary>
internal sealed class RefusedException : Exception
{
    private RefusedException(int status, string message) : base(message) => Status = status;

    public int Status { get; }

    public static RefusedException Malformed(string message) => new(StatusCodes.Status400BadRequest, message);

    public static RefusedException Unknown(string message) => new(StatusCodes.Status404NotFound, message);

    public static RefusedException WrongState(string message) => new(StatusCodes.Status409Conflict, message);

    public static RefusedException TooLarge(string message) => new(StatusCodes.Status413PayloadTooLarge, message);

    public static RefusedException Invalid(string message) => new(StatusCodes.Status422UnprocessableEntity, message);
}
