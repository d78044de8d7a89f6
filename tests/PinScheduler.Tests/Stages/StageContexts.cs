using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using PinScheduler.Database;
using PinScheduler.Stages;

namespace PinScheduler.Tests.Stages;

/// <summary>A stage's context as the orchestration makes it, for running a stage alone.</summary>
internal static class StageContexts
{
    public static async Task<StageContext> CreateAsync(Warehouse warehouse, string task, long run = 1, object? parameters = null, ICollection<string>? warnings = null, Action<long, long?, string>? report = null, ILogger? log = null) => new()
    {
        RunId = run,
        TaskKey = task,
        LogicalDate = new DateOnly(2026, 11, 22),
        Parameters = new RunParameters(JsonSerializer.SerializeToElement(parameters ?? new { }).EnumerateObject().ToDictionary(property => property.Name, property => property.Value)),
        Attempt = 1,
        Fence = await warehouse.TransactAsync((connection, transaction) => Fence.TakeAsync(connection, transaction, $"{run}/{task}"), default),
        Log = log ?? NullLogger.Instance,
        Report = report ?? ((_, _, _) => { }),
        WarnAsync = text =>
        {
            warnings?.Add(text);
            return Task.CompletedTask;
        },
    };
}
