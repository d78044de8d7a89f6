using PinScheduler.Orchestration;
using PinScheduler.Orchestration.Graph;
using PinScheduler.Orchestration.Runs;

namespace PinScheduler.Tests.Orchestration.Runs;

public sealed class ExpectedEndTests
{
    private const int Drawn = 2000;
    private static readonly Dictionary<string, double?> Untold = [];
    private static readonly DateTime Now = new(2026, 11, 22, 3, 0, 0, DateTimeKind.Utc);

    [Fact]
    public void Of_IsTheLongestWay_InDrawnGraphs()
    {
        var random = new Random(20261127);
        var (ways, longest) = (0, 0);
        for (var draw = 0; draw < Drawn; draw++)
        {
            var (board, usual, told) = Draw(random);
            var open = board.Tasks.Where(static task => !TaskState.IsFinal(task.State)).ToList();
            var slow = open.SelectMany(task => Ways(board, task.Key)).Select(way => (Way: way, At: EndOf(board, usual, told, way))).ToList();

            var end = ExpectedEnd.Of(board, usual, told);

            Assert.Equal(slow.Count == 0, end is null);
            if (end is not null)
            {
                Assert.Equal(slow.Max(static way => way.At), end.At);
                // it may be one of several that are as long, but it is one
                Assert.Contains(slow, way => way.At == end.At && way.Way.SequenceEqual(end.Path));
                ways += slow.Count;
                longest = Math.Max(longest, end.Path.Count);
            }
        }

        Assert.True(ways > Drawn * 10 && longest > 5, $"{ways} ways, the longest of {longest} tasks: too little was drawn.");
    }

    [Fact]
    public void Of_SaysNothing_WhereATaskIsUnknownOrTheRunDoesNotGoOn()
    {
        var usual = new Dictionary<string, UsualTime> { ["a"] = new(TimeSpan.Zero, TimeSpan.FromSeconds(5)) };
        TaskNode[] nodes = [Node("a", []), Node("b", ["a"])];
        Assert.Null(ExpectedEnd.Of(Board(nodes, [Row("a", TaskState.Running), Row("b", TaskState.Waiting)]), usual, Untold));
        // what is done need not be known
        var known = ExpectedEnd.Of(Board(nodes, [Row("a", TaskState.Running), Row("b", TaskState.Succeeded)]), usual, Untold);
        Assert.Equal((Now.AddSeconds(5), "a"), (known!.At, Assert.Single(known.Path)));
        Assert.Null(ExpectedEnd.Of(Board(nodes, [Row("a", TaskState.Succeeded), Row("b", TaskState.Failed)]), usual, Untold));

        var board = Board([nodes[0]], [Row("a", TaskState.Running)]);
        board.Run = board.Run with { CancelledAt = Now };
        Assert.Null(ExpectedEnd.Of(board, usual, Untold));
        board.Run = board.Run with { CancelledAt = null, State = RunState.Queued };
        Assert.Null(ExpectedEnd.Of(board, usual, Untold));
    }

    [Fact]
    public void Of_IsNow_WhereTheLastTaskTakesLongerThanUsual()
    {
        var usual = new Dictionary<string, UsualTime> { ["a"] = new(TimeSpan.Zero, TimeSpan.FromSeconds(5)) };
        Assert.Equal(Now, ExpectedEnd.Of(Board([Node("a", [])], [Row("a", TaskState.Running) with { StartedAt = Now.AddSeconds(-6) }]), usual, Untold)!.At);
    }

    // every way down from the task over tasks that are open; skipped ones are passed through
    private static IEnumerable<List<string>> Ways(RunBoard board, string from)
    {
        yield return [from];
        foreach (var way in Next(from).SelectMany(next => Ways(board, next)))
        {
            yield return [from, .. way];
        }

        IEnumerable<string> Next(string key) => board.Graph.Order.Where(node => node.DependsOn.Contains(key)).SelectMany(node => board[node.Key].State switch
        {
            TaskState.Skipped => Next(node.Key),
            var state when TaskState.IsFinal(state) => [],
            _ => new[] { node.Key },
        }).Distinct();
    }

    private static DateTime EndOf(RunBoard board, Dictionary<string, UsualTime> usual, Dictionary<string, double?> told, List<string> way)
    {
        var first = board[way[0]];
        var own = first.State == TaskState.Running && told[way[0]] is { } seconds and > 0 ? Now.AddSeconds(seconds) : (DateTime?)null;
        var began = first.State switch
        {
            TaskState.Running => first.StartedAt!.Value,
            TaskState.Retrying => Later(Now, first.RetryAt!.Value),
            _ => Later(Now, Ends(way[0]).Append(board.Run.StartedAt!.Value).Max() + usual[way[0]].Waits),
        };
        return way.Skip(1).Aggregate(own ?? Later(Now, began + usual[way[0]].Runs), (at, key) => at + usual[key].Waits + usual[key].Runs);

        IEnumerable<DateTime> Ends(string key) => board.Graph[key].DependsOn.SelectMany(parent => board[parent].State == TaskState.Skipped ? Ends(parent) : [board[parent].EndedAt ?? DateTime.MinValue]);
    }

    private static DateTime Later(DateTime one, DateTime other) => one > other ? one : other;

    private static (RunBoard Board, Dictionary<string, UsualTime> Usual, Dictionary<string, double?> Told) Draw(Random random)
    {
        var keys = Enumerable.Range(0, random.Next(1, 11)).Select(static n => $"t{n}").ToList();
        var nodes = keys.Select((key, n) => Node(key, [.. keys.Take(n).Where(_ => random.Next(3) == 0)])).ToList();
        var rows = new Dictionary<string, TaskRow>(StringComparer.Ordinal);
        foreach (var node in nodes)
        {
            rows[node.Key] = random.Next(8) == 0 ? Row(node.Key, TaskState.Skipped) : Above(node.Key).All(parent => TaskState.IsFinal(rows[parent].State)) ? Moving(node.Key) : Row(node.Key, TaskState.Waiting);
        }

        return (Board(nodes, rows.Values), keys.ToDictionary(static key => key, _ => new UsualTime(TimeSpan.FromSeconds(random.Next(0, 20)), TimeSpan.FromSeconds(random.Next(1, 100)))),
            keys.ToDictionary(static key => key, double? (_) => random.Next(3) switch { 0 => null, 1 => 0, _ => random.Next(1, 60) }));

        IEnumerable<string> Above(string key) => nodes.Single(node => node.Key == key).DependsOn.SelectMany(parent => rows[parent].State == TaskState.Skipped ? Above(parent) : [parent]);

        TaskRow Moving(string key) => random.Next(5) switch
        {
            0 => Row(key, TaskState.Running) with { StartedAt = Now.AddSeconds(-random.Next(0, 120)) },
            1 => Row(key, TaskState.Retrying) with { RetryAt = Now.AddSeconds(random.Next(-30, 30)) },
            2 => Row(key, TaskState.Queued),
            3 => Row(key, TaskState.Waiting),
            _ => Row(key, TaskState.Succeeded) with { EndedAt = Now.AddSeconds(-random.Next(0, 10)) },
        };
    }

    private static RunBoard Board(IReadOnlyList<TaskNode> nodes, IEnumerable<TaskRow> rows) =>
        new(new RunRow { Id = 1, State = RunState.Running, StartedAt = Now.AddSeconds(-15), ReadAt = Now }, rows, new TaskGraph(nodes));

    private static TaskRow Row(string key, string state) => new() { Key = key, State = state, StartedAt = state == TaskState.Running ? Now : null };

    private static TaskNode Node(string key, IReadOnlyList<string> parents) => new(key, "stage", key, "analyze", parents, TriggerRule.AllSuccess, 3, null, "");
}
