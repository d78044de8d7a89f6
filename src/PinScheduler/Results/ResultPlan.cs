using System.Text.Json;

namespace PinScheduler.Results;

/// <summary>What EXPLAIN said of the query that made a result, in the server's own form.</summary>
internal sealed record ResultPlan(string Analysis, string Run, string SqlHash, long Milliseconds, JsonElement Plan);
