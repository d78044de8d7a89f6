using System.Text.Json;

namespace PinScheduler.Stages.Analyze.Rollups;

/// <summary>How far a rollup has come in one of its sources.</summary>
/// <param name="Made">The <see cref="TableMaking"/> of the source's clean table: another one, and nothing of its rows is known.</param>
/// <param name="Number">The last of clean_order whose files are in the rollup.</param>
internal sealed record RollupMark(string Made, long Number)
{
    public static Dictionary<string, RollupMark> Parse(string text) => JsonSerializer.Deserialize<Dictionary<string, RollupMark>>(text)!;

    public static string Format(IReadOnlyDictionary<string, RollupMark> bySource) => JsonSerializer.Serialize(bySource);
}
