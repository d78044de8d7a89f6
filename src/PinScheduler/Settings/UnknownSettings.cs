using System.Collections;
using System.Reflection;
using Microsoft.Extensions.Configuration.EnvironmentVariables;

namespace PinScheduler.Settings;

/// <summary>Keys of the configuration that nothing reads: somebody has mistyped one, and believes that it holds.</summary>
internal sealed class UnknownSettings(IConfiguration configuration, IEnumerable<SettingsSection> sections)
{
    private readonly List<SettingsSection> _sections = [.. sections];

    /// <summary>A sentence for each, with the name that it may stand for.</summary>
    public IEnumerable<string> Find() => configuration.GetChildren().SelectMany(child => OfTop(child).Concat(Below(child, ShapesAt(child.Path))));

    // a program with pipelines of its own has sections of its own, and the environment is full of other programs' names
    private IEnumerable<string> OfTop(IConfigurationSection child)
    {
        var known = _sections.Select(static section => section.Path.Split(':')[0]).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        if (!known.Contains(child.Key, StringComparer.OrdinalIgnoreCase) && (child.GetChildren().Any() || !IsOfEnvironment(child.Path)) && DidYouMean.Nearest(child.Key, known) is { } meant)
        {
            yield return $"Nothing reads the setting '{child.Path}' ({Source(child)}). Did you mean '{meant}'?";
        }
    }

    private IEnumerable<string> Below(IConfigurationSection section, IReadOnlyList<Type?> shapes)
    {
        var keys = shapes.SelectMany(Keys).Concat(SectionsIn(section.Path)).ToLookup(static key => key.Name, static key => key.Shape, StringComparer.OrdinalIgnoreCase);
        // not a section of ours, or one that takes anything
        if (keys.Count == 0 || shapes.Contains(null))
        {
            yield break;
        }

        foreach (var child in section.GetChildren())
        {
            if (!keys.Contains(child.Key))
            {
                yield return $"Nothing reads the setting '{child.Path}' ({Source(child)}).{(DidYouMean.Nearest(child.Key, keys.Select(static key => key.Key)) is { } meant ? $" Did you mean '{section.Path}:{meant}'?" : "")}";
                continue;
            }

            foreach (var sentence in Below(child, [.. keys[child.Key]]))
            {
                yield return sentence;
            }
        }
    }

    private List<Type?> ShapesAt(string path) => [.. _sections.Where(section => section.Path.Equals(path, StringComparison.OrdinalIgnoreCase)).Select(static section => section.Shape)];

    private IEnumerable<(string Name, Type? Shape)> SectionsIn(string path) => _sections
        .Where(section => section.Path.StartsWith(path + ":", StringComparison.OrdinalIgnoreCase))
        .Select(section => (section.Path[(path.Length + 1)..], section.Shape));

    private static IEnumerable<(string Name, Type? Shape)> Keys(Type? shape) => (shape?.GetProperties(BindingFlags.Public | BindingFlags.Instance) ?? [])
        .Select(static property => (property.Name, IsPlain(property.PropertyType) ? null : property.PropertyType));

    // a value, a list or a dictionary: what stands in it is for its options class to check
    private static bool IsPlain(Type type) => type.Namespace?.StartsWith("PinScheduler", StringComparison.Ordinal) != true || type.IsEnum || typeof(IEnumerable).IsAssignableFrom(type);

    private bool IsOfEnvironment(string path) => Provider(path) is EnvironmentVariablesConfigurationProvider;

    private string Source(IConfigurationSection child)
    {
        var first = child;
        while (first.Value is null && first.GetChildren().FirstOrDefault() is { } below)
        {
            first = below;
        }

        return ConfigurationInForce.SourceOf(Provider(first.Path));
    }

    private IConfigurationProvider? Provider(string path) => ((IConfigurationRoot)configuration).Providers.LastOrDefault(provider => provider.TryGet(path, out _));
}
