namespace PinScheduler.Settings;

/// <summary>A section of the configuration that the program reads, or a key that stands by itself.</summary>
/// <param name="Path">As in `Pipeline:Source`.</param>
/// <param name="Shape">Its properties are the section's keys; null: whatever stands in it is taken.</param>
internal sealed record SettingsSection(string Path, Type? Shape);
