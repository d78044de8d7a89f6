using System.Text.Json;

namespace PinScheduler.Orchestration;

/// <summary>A parameter that a run may be given; without a default it may be left out and is then absent.</summary>
public sealed record ParameterDefinition(string Name, ParameterType Type, JsonElement? Default, double? Minimum, double? Maximum, string Help);

public enum ParameterType
{
    Whole,
    Number,
    Boolean,
    Text,
}
