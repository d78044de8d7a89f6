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
}
