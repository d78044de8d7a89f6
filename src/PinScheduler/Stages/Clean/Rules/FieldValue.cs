using System.Text.Json;

namespace PinScheduler.Stages.Clean.Rules;

/// <summary>Where a field's value stands in its line: a string without its quotes, anything else whole.</summary>
internal readonly record struct FieldValue(int Start, int Length, JsonTokenType Type, bool Escaped)
{
    public ReadOnlySpan<byte> In(ReadOnlySpan<byte> line) => line.Slice(Start, Length);
}
