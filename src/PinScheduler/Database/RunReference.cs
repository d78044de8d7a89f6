namespace PinScheduler.Database;

/// <summary>A table whose rows are shown by the run that made them: while it has any, the run's own row stays, however old.</summary>
/// <param name="Table">Its name.</param>
/// <param name="Column">That holds the run.</param>
/// <param name="Where">Which rows count.</param>
internal sealed record RunReference(string Table, string Column, string Where);
