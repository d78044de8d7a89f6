namespace Hangfire.MySql;

/// <summary>A state's data, by names in any case.</summary>
internal sealed class StateDictionary(Dictionary<string, string>? data)
    : Dictionary<string, string>(data ?? [], StringComparer.OrdinalIgnoreCase)
{
    /// <summary>Null where there is nothing by this name.</summary>
    public string? Find(string name) => TryGetValue(name, out var value) ? value : null;
}
