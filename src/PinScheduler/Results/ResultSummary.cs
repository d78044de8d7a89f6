using PinScheduler.Stages.Analyze;

namespace PinScheduler.Results;

/// <summary>An analysis as the list of results shows it; <c>LastRun</c> is the run whose result is the default, null when none has succeeded yet.</summary>
internal sealed record ResultSummary(string Analysis, string Name, string Title, string? Task, IReadOnlyList<string> Columns, IReadOnlyList<string> Key, Chart? Chart, LastResult? LastRun);

/// <summary>Which run an analysis's default result comes from, and how large it is.</summary>
internal sealed record LastResult(string Run, string LogicalDate, DateTime EndedAt, long Rows);
