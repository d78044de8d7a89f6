using System.Text.Json;

namespace PinScheduler.Results.Checks;

/// <summary>What one check found in one run.</summary>
/// <remarks>Its outcome is `passed`, `warned` or `failed`; `broken` counts all rows that break the rule, of which the first thousand are kept.</remarks>
internal sealed record CheckView(string Check, string Title, string Outcome, string Severity, decimal? Threshold, long Broken, string? Message, long Milliseconds);

/// <summary>A check with the first rows that break its rule.</summary>
internal sealed record CheckRows(CheckView Check, IReadOnlyList<string> Columns, IReadOnlyList<JsonElement> Rows);
