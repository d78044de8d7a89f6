using System.Globalization;
using Newtonsoft.Json;

namespace Hangfire.MySql.Monitoring;

/// <summary>A job with its present state, as the dashboard's lists show it.</summary>
internal sealed record ShownJob(long Id, StoredJob Stored, string? State, string? Reason, StateDictionary Data, DateTime? StateSince)
{
    public bool IsIn(string state) => string.Equals(State, state, StringComparison.OrdinalIgnoreCase);

    public long? Number(string name) =>
        long.TryParse(Data.Find(name), NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>A state's data; nothing where they cannot be read: one such job must not take its whole page with it.</summary>
    public static StateDictionary ReadData(string? serialized)
    {
        try
        {
            return StoredJob.Data(serialized);
        }
        catch (JsonException)
        {
            return new StateDictionary(null);
        }
    }
}
