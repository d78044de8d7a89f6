using PinScheduler.Stages.Clean.Rules;

namespace PinScheduler.Stages.Clean;

/// <summary>What the rules made of one line, and how. `reason`: why it is rejected, or skipped; null where it became a row.</summary>
internal sealed record RecordExplanation(string DataSet, long Line, string? Reason, string? Raw, IReadOnlyList<ColumnExplanation> Columns);

/// <summary>A column of the clean table; its value is null for NULL, and where the record is rejected.</summary>
internal sealed record ColumnExplanation(string Column, string? Value, IReadOnlyList<FieldExplanation> From);

/// <summary>A key of the record: its value as it stands there, null where the key is missing, and what was done to it, one after the other.</summary>
internal sealed record FieldExplanation(string Key, string? Raw, IReadOnlyList<RuleStep> Steps);
