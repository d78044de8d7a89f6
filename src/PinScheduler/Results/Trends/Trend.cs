using System.Text.Json;

namespace PinScheduler.Results.Trends;

/// <summary>One figure of an analysis over its runs, the oldest first: a column of the row that the key names, or, without a column, the number of rows.</summary>
internal sealed record Trend(string Analysis, string? Column, IReadOnlyDictionary<string, string> Key, IReadOnlyList<TrendPoint> Points);

/// <summary>Its value has all its digits; it is null where the run's result has no such row, or nothing in it.</summary>
internal sealed record TrendPoint(string Run, string LogicalDate, DateTime EndedAt, JsonElement? Value);
