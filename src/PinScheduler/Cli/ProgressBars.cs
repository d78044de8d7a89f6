using System.Globalization;
using System.Text.Json;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace PinScheduler.Cli;

/// <summary>What runs now, as bars: of the run its tasks, of each task its records, posts or files.</summary>
internal static class ProgressBars
{
    private const int Width = 20;

    // below the lines of what has ended, and on a small screen too
    private const int MostTasks = 8;

    public static IRenderable OfRun(JsonElement run)
    {
        var tasks = run.GetProperty("tasks").EnumerateArray().Where(static task => task.Text("state") != "skipped").ToList();
        var active = tasks.Where(static task => task.Text("state") is "running" or "retrying").ToList();
        var done = tasks.Count(static task => task.Text("endedAt").Length > 0);
        var grid = Grid();
        grid.AddRow(new Markup($"[bold]run {Markup.Escape(run.Text("id"))}[/]"), Bar(done, tasks.Count), Cell($"{done} of {tasks.Count} tasks{(run.Text("state") == "queued" ? ", queued: another run is active" : "")}{Left(run)}"));
        foreach (var task in active.Take(MostTasks))
        {
            AddTask(grid, task);
        }

        return active.Count > MostTasks ? new Rows(grid, new Markup($"[grey]  and {active.Count - MostTasks} more[/]")) : grid;
    }

    /// <summary>One task: its bar where it runs, else why it does not.</summary>
    public static IRenderable OfTask(JsonElement task)
    {
        var grid = Grid();
        AddTask(grid, task);
        return grid;
    }

    /// <summary>With a comma before it; nothing where it is not known.</summary>
    public static string Left(JsonElement run) => !run.TryGetProperty("expected", out var expected) ? ""
        : Number(expected, "secondsLeft") is > 0 and var seconds ? string.Create(CultureInfo.InvariantCulture, $", about {seconds:N0} s left") : ", longer than usual";

    private static void AddTask(Grid grid, JsonElement task)
    {
        var name = new Markup($"[{Output.Colour(task.Text("state"))}]{Markup.Escape(task.Text("key"))}[/]");
        if (task.TryGetProperty("progress", out var progress) && progress.ValueKind == JsonValueKind.Object)
        {
            grid.AddRow(name, Bar(Number(progress, "done"), Number(progress, "total")), Cell(Words(progress)));
        }
        else
        {
            grid.AddRow(name, new Text(""), Cell(string.Join(", ", new[] { task.Text("state"), task.Text("reason") }.Where(static text => text.Length > 0))));
        }
    }

    private static string Words(JsonElement progress)
    {
        var (rate, left) = (Number(progress, "perSecond"), progress.Text("secondsLeft"));
        return string.Create(CultureInfo.InvariantCulture, $"{Number(progress, "done"):N0}{(progress.Text("total").Length > 0 ? $" of {Number(progress, "total"):N0}" : "")} {progress.Text("unit")}{(rate > 0 ? $", {rate:N0}/s" : "")}{(left.Length > 0 ? $", {left} s left" : "")}");
    }

    private static decimal Number(JsonElement of, string name) => of.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out var number) ? number : 0;

    private static Markup Bar(decimal done, decimal total)
    {
        var full = total <= 0 ? 0 : (int)Math.Clamp(done / total * Width, 0, Width);
        return new Markup($"[green]{new string('━', full)}[/][grey]{new string('─', Width - full)}[/]");
    }

    private static Text Cell(string text) => new(text) { Overflow = Overflow.Ellipsis };

    private static Grid Grid() => new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn(new GridColumn().NoWrap().Width(Width)).AddColumn(new GridColumn().NoWrap());
}
