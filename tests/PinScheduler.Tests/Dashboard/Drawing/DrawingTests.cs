using System.Text.Json;
using System.Text.RegularExpressions;
using PinScheduler.Dashboard.Drawing;
using PinScheduler.Inspection.Topics;
using PinScheduler.Orchestration.Api;
using PinScheduler.Stages.Analyze;

namespace PinScheduler.Tests.Dashboard.Drawing;

public sealed class DrawingTests
{
    private static readonly DateTime Begin = new(2026, 1, 2, 3, 0, 0, DateTimeKind.Utc);

    [Fact]
    public void Timeline_CriticalPath_GoesBackOverTheParentThatEndedLast()
    {
        var html = Timeline.Of(Run(Task("a", 0, 2), Task("quick", 2, 3, "a"), Task("slow", 2, 9, "a"), Task("end", 10, 11, "quick", "slow"), Task("aside", 2, 8, "a")), Begin.AddSeconds(11), static _ => "/x").ToString();

        Assert.Contains("a → slow → end", html, StringComparison.Ordinal);
        Assert.Contains("Critical path, 10.0 s of 11.0 s", html, StringComparison.Ordinal);
        // from the end of the later parent, at 9 of 11 s, it waited for one more
        Assert.Contains("<rect class=\"ps-bar-wait\" x=\"81.818%\" width=\"9.091%\"", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Timeline_LeavesOutTheTime_ForWhichTheRunLayEnded()
    {
        // b failed at 4 s; an hour later somebody marked something, and five seconds after that it was retried
        var b = Task("b", 3605, 3609, "a") with { History = [new AttemptView(1, "failed", null, Begin.AddSeconds(2), Begin.AddSeconds(4), "no"), new AttemptView(2, "succeeded", null, Begin.AddSeconds(3605), Begin.AddSeconds(3609), null)] };
        var a = Task("a", 0, 2) with { History = [new AttemptView(1, "succeeded", null, Begin, Begin.AddSeconds(2), null)] };
        var run = Run(a, b) with { EndedAt = Begin.AddSeconds(3609), IdleSeconds = 3600, Acts = [new ActView(Begin.AddSeconds(3600), "rerun", "b", [], null, null), new ActView(Begin.AddSeconds(3604), "retry", null, [], null, null)] };
        var html = Timeline.Of(run, Begin.AddSeconds(9999), static _ => "/x").ToString();

        Assert.Contains("of 9.00 s: a → b.", html, StringComparison.Ordinal);
        Assert.Contains("<rect class=\"ps-fill-failed\" x=\"22.222%\" width=\"22.222%\"", html, StringComparison.Ordinal);
        Assert.Contains("<rect class=\"ps-fill-succeeded\" x=\"55.556%\" width=\"44.444%\"", html, StringComparison.Ordinal);
        Assert.Contains("<rect class=\"ps-pause\" x=\"44.444%\" width=\"1\" height=\"16\"><title>1 h 0 min between", html, StringComparison.Ordinal);
        Assert.DoesNotContain("ps-pause", Timeline.Of(run with { IdleSeconds = 0 }, Begin.AddSeconds(9999), static _ => "/x").ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Graph_LeavesOutEdgesThatFollowFromOthers()
    {
        var html = GraphDrawing.Of([Task("a", 0, 1), Task("b", 1, 2, "a"), Task("c", 2, 3, "a", "b")], static task => "/" + task.Key).ToString();

        Assert.Equal(2, html.Split("class=\"ps-edge\"").Length - 1);
        Assert.Contains("<a href=\"/c\">", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Grid_DrawsNeighboursOfOneStateAsOneLine()
    {
        var html = GridRows.Of(4, [["succeeded", "succeeded", "failed", "succeeded"], [null, null, "failed", null]], ["one", "two"]).ToString();

        // of two cells 12 apart and 10 wide, and of one
        Assert.Contains("<path class=\"ps-fill-succeeded\" d=\"M1 10h22M37 10h10\"/>", html, StringComparison.Ordinal);
        Assert.Contains("<path class=\"ps-fill-failed\" d=\"M25 10h10\"/><path class=\"ps-fill-failed\" d=\"M25 30h10\"/></svg>", html, StringComparison.Ordinal);
        Assert.Contains("one: 3 succeeded, 1 failed; two: 1 failed", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Grid_AStageIsAsItsWorstTask()
    {
        var worst = GridRows.Worst(5, [["succeeded", "succeeded", null, null, "skipped"], ["failed", "running", "succeeded", null, "skipped"], ["running", null, "skipped", null, null]]);

        Assert.Equal("failed,running,succeeded,,skipped", string.Join(',', worst));
    }

    [Fact]
    public void Chart_NamesAreEncoded_AndNullsHaveAName()
    {
        var html = ResultChart.Of(new Chart("bar", "x", "y"), ["x", "y"], [Row("""["<b>",3]"""), Row("""[null,1]"""), Row("""["no figure",null]""")], large: true)!.ToString();

        Assert.Contains("&lt;b&gt;", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>", html, StringComparison.Ordinal);
        Assert.Contains(">none<", html, StringComparison.Ordinal);
        Assert.DoesNotContain("no figure", html, StringComparison.Ordinal);
        Assert.Null(ResultChart.Of(new Chart("table"), ["x", "y"], [Row("""["a",3]""")], large: true));
    }

    [Theory]
    [InlineData("posts", "0 1 2 3", 1, 3)]
    [InlineData("posts", "0 1 2", 1, 2)]
    [InlineData("posts", "0 2 4 6", 1, 5)]
    [InlineData("posts", "0 1,000 2,000 3,000", 2018, 2020)]
    [InlineData("posts", "-8 -4 0 4", -7, 3)]
    [InlineData("share", "0 0.25 0.5 0.75 1", 0.5, 1)]
    [InlineData("share", "0 0.4 0.8 1.2 1.6", 0.5, 1.5)]
    [InlineData("best_year", "0 1000 2000 3000", 2018, 2020)]
    public void Axis_HasWholeTicks_WhereTheFiguresAre(string column, string ticks, double one, double other)
    {
        var html = ResultChart.Of(new Chart("line", "x", column), ["x", column], [Row($"[1,{one:R}]"), Row($"[2,{other:R}]")], large: true)!.ToString();

        var drawings = html.Split("</svg>");
        Assert.Equal(2, drawings.Count(static drawing => drawing.Contains("<polyline", StringComparison.Ordinal)));
        Assert.All(drawings[..2], drawing => Assert.Equal(ticks, string.Join(' ', Regex.Matches(drawing, "text-anchor=\"end\">([^<]+)<").Select(static tick => tick.Groups[1].Value))));
    }

    [Fact]
    public void Bars_KeepBothEndsOfTheirNames()
    {
        var html = ResultChart.Of(new Chart("bar", "x", "y", "by"), ["x", "by", "y"], [Row("""["American Samoa","finance",3]"""), Row("""["Algeria😀the VelvetM","",1]"""), Row("""["Chad","art",1500000]""")], large: false)!.ToString();

        Assert.Contains("<tr title=\"American Samoa, finance: 3\"><th scope=\"row\"><span class=\"ps-cut\"><span>American Sa</span><span>moa, finance</span></span></th>", html, StringComparison.Ordinal);
        Assert.Contains("<th scope=\"row\">Chad, art</th>", html, StringComparison.Ordinal);
        Assert.Contains(">1.5 M</text>", html, StringComparison.Ordinal);
        // half of a letter is none
        Assert.Contains("<span>Algeria</span><span>&#128512;the VelvetM</span>", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Lag_IsDrawnByItsAge_AndWhatIsUnknownIsNotNone()
    {
        var html = LagChart.Of([new LagStep(143, 2000), new LagStep(1, 0), new LagStep(0, 500), new LagStep(144, 9000)], "pinterest.<pin>").ToString();

        // two thousand fill the height; none is a line, and the 141 between are neither
        Assert.Equal([("0", "90"), ("426", "1"), ("429", "22.5")], Regex.Matches(html, "<rect class=\"ps-series-0\" x=\"([0-9]+)\" width=\"3\" y=\"[0-9.]+\" height=\"([0-9.]+)\"").Select(static bar => (bar.Groups[1].Value, bar.Groups[2].Value)));
        Assert.Equal(141, Regex.Count(html, "M[0-9]+ 0h3v90h-3z"));
        Assert.Contains("of pinterest.&lt;pin&gt; over the last 24 hours: 2,000 at most, 500 at last", html, StringComparison.Ordinal);
        Assert.Contains("from now on", LagChart.Of([], "pinterest.pin").ToString(), StringComparison.Ordinal);
    }

    private static JsonElement[] Row(string cells) => JsonSerializer.Deserialize<JsonElement[]>(cells)!;

    private static RunView Run(params TaskView[] tasks) => new("1", "p", "v", new DateOnly(2026, 1, 2), "succeeded", null, "manual", null, Empty, null, Begin, Begin, Begin.AddSeconds(11), null, null, null, [], tasks);

    private static TaskView Task(string key, double from, double to, params string[] after) =>
        new(key, "stage", key, after, "succeeded", 1, Begin.AddSeconds(from), Begin.AddSeconds(to), Empty, null, null, null, "server", null, [new AttemptView(1, "succeeded", "server", Begin.AddSeconds(from), Begin.AddSeconds(to), null)]);

    private static JsonElement Empty => JsonSerializer.Deserialize<JsonElement>("{}");
}
