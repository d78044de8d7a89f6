namespace PinScheduler.Stages.Analyze;

/// <summary>A file of SQL tasks cannot be used; the message names file and line.</summary>
internal sealed class SqlFileException(string message) : InvalidOperationException(message);
