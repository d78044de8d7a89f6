namespace PinScheduler.Stages.Emulate;

/// <summary>The source database cannot be reached or does not let us in; the message says which, why, and by which setting it is named.</summary>
internal sealed class SourceAwayException(string message, Exception inner) : Exception(message, inner);
