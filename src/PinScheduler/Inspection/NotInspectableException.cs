using System.Globalization;

namespace PinScheduler.Inspection;

/// <summary>What was asked for is not there, or the question makes no sense; the status and the sentence of the answer.</summary>
internal sealed class NotInspectableException(int status, string message) : Exception(message)
{
    public int Status { get; } = status;

    public static NotInspectableException Unknown(string message) => new(StatusCodes.Status404NotFound, message);

    /// <exception cref="NotInspectableException">It is no number, or not one of those.</exception>
    public static long Number(string name, string text, long least, long most) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw new NotInspectableException(StatusCodes.Status422UnprocessableEntity, $"'{name}' is '{text}'; it must be a whole number from {least} to {most}.");
}
