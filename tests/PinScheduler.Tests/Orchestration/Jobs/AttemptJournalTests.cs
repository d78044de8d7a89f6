using System.Diagnostics;
using PinScheduler.Orchestration.Jobs;
using PinScheduler.Stages;

namespace PinScheduler.Tests.Orchestration.Jobs;

public sealed class AttemptJournalTests
{
    [Fact]
    public async Task Log_IsCapped_WithANoticeAndItsEnd_WhenATaskLogsAMillionLines()
    {
        const int Lines = 1_000_000;
        var took = TimeSpan.Zero;
        await using var host = await OrchestrationHost.StartAsync(MariaDb.CreateDatabase("chatty"), pipeline => pipeline.Add("a", (context, _) =>
        {
            var started = Stopwatch.GetTimestamp();
            for (var i = 1; i <= Lines; i++)
            {
                context.Log.LogLine("line");
            }

            took = Stopwatch.GetElapsedTime(started);
            throw new StageFailedException("out of breath");
        }), settings: new() { ["Pipeline:MaxLogLines"] = "1200" });
        var run = await host.TriggerAsync();
        Assert.Equal("failed", (await host.WaitForEndAsync(run, 60)).State);
        var log = (await host.Http.GetStringAsync($"/api/runs/{run}/tasks/a/log")).TrimEnd('\n').Split('\n');
        Assert.Equal(1203, log.Length);
        Assert.EndsWith("information line", log[1199]);
        Assert.Contains("'Pipeline:MaxLogLines'", log[1200]);
        Assert.EndsWith("(998,800 lines were not kept)", log[1201]);
        Assert.EndsWith("out of breath", log[1202]);
        Assert.True(took < TimeSpan.FromSeconds(20), $"{took}");
        Assert.Equal("a 1: 1 to 1000", await host.QueryAsync<string>("select group_concat(task_key, ' ', attempt, ': ', first_seq, ' to ', last_seq) from task_log_digest"));
        Assert.True(LogDigest.MayHave(await host.QueryAsync<byte[]>("select marks from task_log_digest"), "line"));
        Assert.False(LogDigest.MayHave(await host.QueryAsync<byte[]>("select marks from task_log_digest"), "lines"));
    }

    [Fact]
    public async Task Log_IsCappedByItsCharacters_Too()
    {
        await using var host = await OrchestrationHost.StartAsync(MariaDb.CreateDatabase("longwinded"), pipeline => pipeline.Add("a", (context, _) =>
        {
            var text = new string('x', 20_000);
            for (var i = 0; i < 1500; i++)
            {
                context.Log.LogLine(text);
            }

            return Task.FromResult(TestStage.Nothing);
        }));
        var run = await host.TriggerAsync();
        Assert.Equal("succeeded", (await host.WaitForEndAsync(run, 60)).State);
        Assert.InRange(await host.QueryAsync<long>("select sum(char_length(text)) from task_log"), 7_000_000, 8_100_000);
        Assert.Equal(8_002, await host.QueryAsync<int>("select max(char_length(text)) from task_log"));
    }
}
