using System.Diagnostics;
using PinScheduler.Orchestration;
using PinScheduler.Stages;

namespace PinScheduler.Tests.Orchestration;

public sealed class RunTests
{
    [Fact]
    public async Task Run_EndsSucceeded_WithCountsAndAttempts()
    {
        await using var host = await OrchestrationHost.StartAsync(MariaDb.CreateDatabase("runs"), pipeline =>
        {
            pipeline.Balance(counts => [$"books: {counts["b"]["rows"]}"]);
            pipeline.Add("a", async (context, _) =>
            {
                context.Log.LogLine("hello");
                await context.WarnAsync("careful");
                await context.WarnAsync("careful");
                return TestStage.Nothing;
            });
            pipeline.Add("b", (_, _) => Task.FromResult(StageResult.Of(("rows", 7)))).After("a");
            pipeline.Add("c").After("a");
            pipeline.Add("d").After("b", "c");
        });
        var run = await host.TriggerAsync();
        var view = await host.WaitForEndAsync(run);
        Assert.Equal("succeeded", view.State);
        Assert.All(view.Tasks!, task => Assert.Equal(("succeeded", 1), (task.State, task.Attempts)));
        Assert.Equal(7, view.Tasks!.Single(task => task.Key == "b").Counts.GetProperty("rows").GetInt64());
        Assert.Equal(["careful", "books: 7"], view.Warnings);
        Assert.True(view.Tasks!.Single(task => task.Key == "d").StartedAt >= view.Tasks!.Where(task => task.Key is "b" or "c").Max(task => task.EndedAt));
    }

    [Fact]
    public async Task Run_OfThirtyEmptyTasks_IsQuick()
    {
        await using var host = await OrchestrationHost.StartAsync(MariaDb.CreateDatabase("thirty"), pipeline =>
        {
            pipeline.Add("topics");
            pipeline.Add("emulate").After("topics");
            foreach (var set in new[] { "pin", "geo", "user" })
            {
                pipeline.Add($"drain-{set}", queue: TaskQueue.Ingest).After("emulate");
                pipeline.Add($"clean-{set}", queue: TaskQueue.Transform).After($"drain-{set}");
            }

            for (var i = 0; i < 19; i++)
            {
                pipeline.Add($"analysis-{i}").After("clean-pin", "clean-geo", "clean-user");
            }

            for (var i = 0; i < 3; i++)
            {
                pipeline.Add($"check-{i}").After($"analysis-{i}", "analysis-10");
            }
        });
        var times = new List<long>();
        for (var i = 0; i < 8; i++)
        {
            var watch = Stopwatch.StartNew();
            var view = await host.WaitForEndAsync(await host.TriggerAsync());
            times.Add(watch.ElapsedMilliseconds);
            Assert.Equal("succeeded", view.State);
        }

        Console.WriteLine("thirty tasks: " + string.Join(", ", times) + " ms");
        Assert.True(times.Min() < 5000);
    }
}
