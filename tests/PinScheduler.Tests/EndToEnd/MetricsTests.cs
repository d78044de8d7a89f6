using System.Globalization;
using System.Text.RegularExpressions;

namespace PinScheduler.Tests.EndToEnd;

public sealed partial class MetricsTests
{
    [Fact]
    public async Task Metrics_TellOfRunsQueuesAndRecords_InPrometheusText()
    {
        await using var scheduler = await SchedulerProcess.StartAsync("metrics");
        await scheduler.SucceedAsync(await scheduler.TriggerAsync(new { parameters = new { posts = 20 } }));

        using var answer = await scheduler.Http.GetAsync("/metrics");
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Content.Headers.ContentType?.ToString());
        var text = await answer.Content.ReadAsStringAsync();
        var lines = text.Split('\n')[..^1];
        Assert.All(lines, line => Assert.Matches(Line(), line));
        // a name is described once, and its values stand together
        var described = lines.Where(line => line.StartsWith("# TYPE", StringComparison.Ordinal)).Select(line => line.Split(' ')[2]).ToList();
        Assert.Equal(described.Distinct(), described);

        double Value(string name) => double.Parse(lines.Single(line => line.StartsWith(name + " ", StringComparison.Ordinal)).Split(' ')[1], CultureInfo.InvariantCulture);
        Assert.Equal(1, Value("pinscheduler_runs{pipeline=\"nightly\",state=\"succeeded\"}"));
        Assert.InRange(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() - Value("pinscheduler_last_success_timestamp_seconds{pipeline=\"nightly\"}"), -5, 60);
        Assert.Equal(0, Value("pinscheduler_paused{pipeline=\"nightly\"}"));
        Assert.True(Value("pinscheduler_queue_workers{queue=\"ingest\"}") > 0);
        Assert.Equal(20, Value("pinscheduler_ingest_records_total{topic=\"pinterest.pin\"}"));
        Assert.Equal(20, Value("pinscheduler_drain_records_total{topic=\"pinterest.pin\"}"));
        Assert.Equal(1, Value("pinscheduler_attempt_duration_seconds_count{pipeline=\"nightly\",task=\"clean-pin\",state=\"succeeded\"}"));
        Assert.True(Value("dotnet_process_memory_working_set_bytes") > 10_000_000);
    }

    [GeneratedRegex("""^(# (HELP|TYPE) [a-z_]+ .*|[a-z_]+(\{([a-z_]+="([^"\\\n]|\\.)*",?)+\})? -?([0-9.]+([eE][-+]?[0-9]+)?|NaN))$""")]
    private static partial Regex Line();
}
