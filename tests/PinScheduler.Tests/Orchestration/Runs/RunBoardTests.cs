using PinScheduler.Orchestration;
using PinScheduler.Orchestration.Graph;
using PinScheduler.Orchestration.Runs;

namespace PinScheduler.Tests.Orchestration.Runs;

public sealed class RunBoardTests
{
    [Theory]
    [InlineData("a:succeeded b:succeeded", "b", Readiness.Ready)]
    [InlineData("a:succeeded b:waiting", "b", Readiness.Ready)]
    [InlineData("a:running b:waiting", "b", Readiness.Waits)]
    [InlineData("a:retrying b:waiting", "b", Readiness.Waits)]
    [InlineData("a:failed b:waiting", "b", Readiness.Broken)]
    [InlineData("a:cancelled b:waiting", "b", Readiness.Broken)]
    // a skipped parent counts as what stands above it
    [InlineData("a:skipped b:waiting", "b", Readiness.Ready)]
    [InlineData("a:running b:skipped c:waiting", "c", Readiness.Waits)]
    [InlineData("a:failed b:skipped c:waiting", "c", Readiness.Broken)]
    [InlineData("a:succeeded b:skipped c:waiting", "c", Readiness.Ready)]
    public void ReadinessOf_Chain(string states, string task, object expected) => Assert.Equal(expected, Chain(states).ReadinessOf(task));

    [Theory]
    [InlineData("a:failed b:waiting c:waiting", "a:failed b:upstream_failed c:upstream_failed", "failed")]
    [InlineData("a:cancelled b:waiting", "a:cancelled b:upstream_failed", "failed")]
    [InlineData("a:succeeded b:succeeded", "a:succeeded b:succeeded", "succeeded")]
    [InlineData("a:skipped b:succeeded", "a:skipped b:succeeded", "succeeded")]
    [InlineData("a:succeeded b:running", "a:succeeded b:running", "running")]
    // what was below a failure waits again when it succeeds after all, and not before
    [InlineData("a:running! b:upstream_failed c:upstream_failed", "a:running! b:upstream_failed c:upstream_failed", "running")]
    [InlineData("a:succeeded b:upstream_failed c:upstream_failed", "a:succeeded b:waiting c:waiting", "running")]
    public void Settle_Chain(string before, string after, string run)
    {
        var board = Chain(before);
        board.Settle();
        Assert.Equal(after, string.Join(' ', board.Tasks.Select(task => $"{task.Key}:{task.State}{(task.Error is null ? "" : "!")}")));
        Assert.Equal(run, board.Run.State);
        Assert.Equal(run != "running", board.Run.EndedAt is not null);
    }

    [Fact]
    public void Settle_EndsCancelled_WhenTheRunWas()
    {
        var board = Chain("a:succeeded b:cancelled");
        board.Run = board.Run with { CancelledAt = board.Now };
        board.Settle();
        Assert.Equal("cancelled", board.Run.State);
    }

    [Fact]
    public void ReadinessOf_AllDone_WaitsForEveryEndHoweverItIs()
    {
        static RunBoard Two(string first, string second) => Board([Node("a"), Node("b"), Node("report", TriggerRule.AllDone, "a", "b")], $"a:{first} b:{second} report:waiting");
        Assert.Equal(Readiness.Waits, Two("failed", "running").ReadinessOf("report"));
        Assert.Equal(Readiness.Ready, Two("failed", "cancelled").ReadinessOf("report"));
        Assert.Equal(Readiness.Ready, Two("upstream_failed", "succeeded").ReadinessOf("report"));
    }

    // letters in a row, each after the one before it; '!' marks an error
    private static RunBoard Chain(string states)
    {
        var keys = states.Split(' ').Select(part => part.Split(':')[0]).ToList();
        return Board([.. keys.Select((key, i) => i == 0 ? Node(key) : Node(key, TriggerRule.AllSuccess, keys[i - 1]))], states);
    }

    private static RunBoard Board(IReadOnlyList<TaskNode> nodes, string states) => new(
        new RunRow { Id = 1, State = RunState.Running, ReadAt = new DateTime(2026, 11, 22, 3, 0, 0, DateTimeKind.Utc) },
        states.Split(' ').Select((part, i) => part.Split(':')).Select((pair, i) => new TaskRow { Key = pair[0], Ordinal = i, State = pair[1].TrimEnd('!'), Error = pair[1].EndsWith('!') ? "once" : null }),
        new TaskGraph(nodes));

    private static TaskNode Node(string key, TriggerRule rule = TriggerRule.AllSuccess, params string[] parents) => new(key, "stage", key, "analyze", parents, rule, 3, null, "");
}
