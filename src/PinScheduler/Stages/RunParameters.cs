using System.Text.Json;

namespace PinScheduler.Stages;

/// <summary>A run's parameters, validated against their definitions when the run was asked for.</summary>
public sealed class RunParameters(IReadOnlyDictionary<string, JsonElement> values)
{
    public static RunParameters None { get; } = new(new Dictionary<string, JsonElement>());

    public IReadOnlyDictionary<string, JsonElement> Values { get; } = values;

    /// <summary>Null where the parameter was not given or is null.</summary>
    public long? Whole(string name) => Values.TryGetValue(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetInt64() : null;

    /// <summary>Null where the parameter was not given or is null.</summary>
    public bool? Boolean(string name) => Values.TryGetValue(name, out var value) && value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : null;

    /// <summary>Null where the parameter was not given or is null.</summary>
    public double? Number(string name) => Values.TryGetValue(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;
}
