using System.Globalization;
using PinScheduler.Orchestration.Api;

namespace PinScheduler.Dashboard.Drawing;

/// <summary>A run's tasks as a graph from left to right: a column for each step from the roots, edges that follow from others left out.</summary>
internal static class GraphDrawing
{
    private const int NodeWidth = 160;
    private const int NodeHeight = 24;
    private const int ColumnStep = 195;
    private const int RowStep = 31;
    private const int Sweeps = 6;

    // what fits into a node at its font size; the title has all of it
    private const int LettersShown = 23;

    public static PageHtml Of(IReadOnlyList<TaskView> tasks, Func<TaskView, string> urlOf)
    {
        var parents = Reduced(tasks);
        var layers = Layers(tasks, parents);
        var tallest = layers.Max(static layer => layer.Count);
        var places = layers.SelectMany((layer, column) => layer.Select((key, row) => (key, X: column * ColumnStep, Y: (row * RowStep) + ((tallest - layer.Count) * RowStep / 2)))).ToDictionary(static place => place.key, static place => (place.X, place.Y), StringComparer.Ordinal);
        var (width, height) = (((layers.Count - 1) * ColumnStep) + NodeWidth + 2, tallest * RowStep);
        var html = new PageHtml().Add($"<svg class=\"ps-graph\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" role=\"group\" aria-label=\"The tasks, each after those to its left that it depends on\">");
        foreach (var (child, above) in parents)
        {
            foreach (var parent in above)
            {
                var ((fromX, fromY), (toX, toY)) = (places[parent], places[child]);
                var (left, right, y1, y2) = (fromX + NodeWidth + 1, toX + 1, fromY + (NodeHeight / 2) + 1, toY + (NodeHeight / 2) + 1);
                html.Add($"<path class=\"ps-edge\" d=\"M{left} {y1}C{left + 16} {y1} {right - 16} {y2} {right} {y2}\"/>");
            }
        }

        foreach (var task in tasks)
        {
            html.Add(Node(task, places[task.Key], urlOf(task)));
        }

        return html.Add($"</svg>");
    }

    private static PageHtml Node(TaskView task, (int X, int Y) place, string url)
    {
        var share = task.EndedAt is null && task.Progress is { Total: > 0 } progress ? Math.Clamp((double)progress.Done / progress.Total.Value, 0, 1) : (double?)null;
        var html = new PageHtml().Add($"<a href=\"{url}\"><title>{task.Key}: {task.State.Replace('_', ' ')}{(task.Reason is null ? "" : ", " + task.Reason)}</title><rect class=\"ps-node ps-node-{task.State}\" x=\"{place.X + 1}\" y=\"{place.Y + 1}\" width=\"{NodeWidth}\" height=\"{NodeHeight}\" rx=\"3\"/>")
            .Add($"<rect class=\"ps-fill-{task.State}\" x=\"{place.X + 1}\" y=\"{place.Y + 1}\" width=\"6\" height=\"{NodeHeight}\"/>");
        if (share is { } done)
        {
            html.Add($"<rect class=\"ps-node-done\" x=\"{place.X + 7}\" y=\"{place.Y + NodeHeight - 3}\" width=\"{(done * (NodeWidth - 6)).ToString("0", CultureInfo.InvariantCulture)}\" height=\"4\"/>");
        }

        return html.Add($"<text class=\"ps-node-text\" x=\"{place.X + 13}\" y=\"{place.Y + 17}\">{Short(task.Key)}</text></a>");
    }

    // both ends: names of one kind begin alike
    private static string Short(string key) => key.Length > LettersShown ? string.Concat(key.AsSpan(0, LettersShown / 2), "…", key.AsSpan(key.Length - (LettersShown / 2))) : key;

    /// <summary>Each task's parents but those that another parent waits for anyway.</summary>
    private static Dictionary<string, List<string>> Reduced(IReadOnlyList<TaskView> tasks)
    {
        var above = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        var known = tasks.Select(static task => task.Key).ToHashSet(StringComparer.Ordinal);
        var open = tasks.ToList();
        while (open.Find(task => task.DependsOn.Where(known.Contains).All(above.ContainsKey)) is { } next)
        {
            above[next.Key] = [.. next.DependsOn.Where(known.Contains).SelectMany(parent => above[parent].Append(parent))];
            open.Remove(next);
        }

        return tasks.ToDictionary(static task => task.Key, task => task.DependsOn.Where(parent => known.Contains(parent) && !task.DependsOn.Any(other => above.TryGetValue(other, out var higher) && higher.Contains(parent))).ToList(), StringComparer.Ordinal);
    }

    /// <summary>Columns by the longest way from a root; in each, tasks near the middle of their neighbours.</summary>
    private static List<List<string>> Layers(IReadOnlyList<TaskView> tasks, Dictionary<string, List<string>> parents)
    {
        var depth = new Dictionary<string, int>(StringComparer.Ordinal);
        int Depth(string key) => depth.TryGetValue(key, out var known) ? known : depth[key] = parents[key].Count == 0 ? 0 : parents[key].Max(Depth) + 1;
        var layers = tasks.GroupBy(task => Depth(task.Key)).OrderBy(static layer => layer.Key).Select(static layer => layer.Select(static task => task.Key).ToList()).ToList();
        var children = parents.SelectMany(static pair => pair.Value.Select(parent => (parent, pair.Key))).ToLookup(static edge => edge.parent, static edge => edge.Key, StringComparer.Ordinal);
        for (var sweep = 0; sweep < Sweeps; sweep++)
        {
            var place = layers.SelectMany(static layer => layer.Select((key, row) => (key, row: row - (layer.Count / 2.0)))).ToDictionary(static at => at.key, static at => at.row, StringComparer.Ordinal);
            var down = sweep % 2 == 0;
            foreach (var (index, layer) in layers.Index().ToList())
            {
                layers[index] = [.. layer.OrderBy(key => (down ? parents[key] : children[key]).Select(other => place[other]).DefaultIfEmpty(place[key]).Average())];
            }
        }

        return layers;
    }
}
