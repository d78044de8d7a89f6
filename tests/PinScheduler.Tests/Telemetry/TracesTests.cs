using System.Collections.Concurrent;
using System.Diagnostics;
using PinScheduler.Stages;
using PinScheduler.Telemetry;
using PinScheduler.Tests.Orchestration;

namespace PinScheduler.Tests.Telemetry;

public class TracesTests
{
    [Fact]
    public async Task ARun_IsOneTrace_WithASpanForEachAttempt()
    {
        var database = MariaDb.CreateDatabase("traces");
        var spans = new ConcurrentBag<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == SchedulerTelemetry.Name,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = spans.Add,
        };
        ActivitySource.AddActivityListener(listener);
        // its own name, for the listener hears other tests' runs as well
        await using var host = await OrchestrationHost.StartAsync(
            database,
            pipeline =>
            {
                pipeline.Add("traced-a", (context, _) => context.Attempt == 1 ? throw new InvalidOperationException("once") : Task.FromResult(TestStage.Nothing)).Attempts(2);
                pipeline.Add("traced-b").After("traced-a");
            });
        Assert.Equal("succeeded", (await host.WaitForEndAsync(await host.TriggerAsync())).State);

        var trace = spans.First(span => Equals(span.GetTagItem("pinscheduler.task"), "traced-a")).TraceId;
        var ours = await UntilAsync(() => spans.Where(span => span.TraceId == trace).ToList(), 4);
        Assert.Equal(
            [("nightly", null, "succeeded"), ("nightly traced-a", 1, "failed"), ("nightly traced-a", 2, "succeeded"), ("nightly traced-b", 1, "succeeded")],
            ours.Select(span => (span.DisplayName, span.GetTagItem("pinscheduler.attempt") as int?, span.GetTagItem("pinscheduler.state"))).Order());
        Assert.Equal("once", ours.Single(span => span.Status == ActivityStatusCode.Error).StatusDescription);
    }

    // the run's own is told of after its end is committed
    private static async Task<List<Activity>> UntilAsync(Func<List<Activity>> read, int count)
    {
        for (var waited = Stopwatch.StartNew(); read().Count < count; await Task.Delay(20))
        {
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(20));
        }

        return read();
    }
}
