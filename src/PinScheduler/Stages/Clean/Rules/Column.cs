namespace PinScheduler.Stages.Clean.Rules;

/// <summary>A column of a clean table and the fields, by their place among the rules', that it is made of.</summary>
internal sealed record Column(string Name, params IReadOnlyList<int> Fields);
