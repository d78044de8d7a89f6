using System.Text.Json;
using PinScheduler.Stages;

namespace PinScheduler.Orchestration.Graph;

/// <summary>Turns what was asked for into a run's parameters, or says all that is wrong with it.</summary>
internal static class ParameterCheck
{
    public static (RunParameters Parameters, IReadOnlyList<string> Errors) Complete(PipelineDefinition pipeline, IReadOnlyDictionary<string, JsonElement> given)
    {
        var names = pipeline.Parameters.Select(parameter => parameter.Name).ToList();
        var errors = given.Keys.Where(name => !names.Contains(name)).Select(name =>
            $"'{name}' is no parameter of '{pipeline.Key}'; there are {(names.Count == 0 ? "none" : string.Join(", ", names))}.{DidYouMean.Sentence(name, names)}").ToList();
        var values = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var parameter in pipeline.Parameters)
        {
            // null means the default, as an absent one does
            if (given.TryGetValue(parameter.Name, out var value) && value.ValueKind != JsonValueKind.Null)
            {
                values[parameter.Name] = value.Clone();
                errors.AddRange(new[] { Error(parameter, value) }.OfType<string>());
            }
            else if (parameter.Default is { } standard)
            {
                values[parameter.Name] = standard;
            }
        }

        return (new RunParameters(values), errors);
    }

    public static string? Error(ParameterDefinition parameter, JsonElement value) => parameter.Type switch
    {
        ParameterType.Whole when value.ValueKind != JsonValueKind.Number || !value.TryGetInt64(out _) => $"'{parameter.Name}' is {value.GetRawText()}; it must be a whole number{Limits(parameter)}.",
        ParameterType.Number when value.ValueKind != JsonValueKind.Number || !double.IsFinite(value.GetDouble()) => $"'{parameter.Name}' is {value.GetRawText()}; it must be a number{Limits(parameter)}.",
        ParameterType.Boolean when value.ValueKind is not (JsonValueKind.True or JsonValueKind.False) => $"'{parameter.Name}' is {value.GetRawText()}; it must be true or false.",
        ParameterType.Text when value.ValueKind != JsonValueKind.String => $"'{parameter.Name}' is {value.GetRawText()}; it must be a text in quotes.",
        ParameterType.Whole or ParameterType.Number when value.GetDouble() < parameter.Minimum || value.GetDouble() > parameter.Maximum =>
            $"'{parameter.Name}' is {value.GetRawText()}; it must be a {(parameter.Type == ParameterType.Whole ? "whole number" : "number")}{Limits(parameter)}.",
        _ => null,
    };

    private static string Limits(ParameterDefinition parameter) => (parameter.Minimum, parameter.Maximum) switch
    {
        ({ } low, { } high) => $" from {low} to {high}",
        ({ } low, null) => $" from {low} up",
        (null, { } high) => $" up to {high}",
        _ => "",
    };
}
