using System.Globalization;
using PinScheduler.Orchestration.Api;

namespace PinScheduler.Dashboard.Drawing;

/// <summary>When each task waited and ran; of those that ran, the chain that made the run as long as it was.</summary>
internal static class Timeline
{
    private const int Ticks = 4;

    public static PageHtml Of(RunView run, DateTime now, Func<TaskView, string> urlOf)
    {
        var tasks = run.Tasks!.Where(static task => task.StartedAt is not null).OrderBy(static task => task.StartedAt).ToList();
        if (run.StartedAt is not { } begin || tasks.Count == 0)
        {
            return new PageHtml().Add($"<p class=\"ps-note\">Nothing has run yet.</p>");
        }

        // a task that was tried again in a later retry of the run began long after: the line reaches to the last end
        begin = tasks.Select(static task => First(task)).Append(begin).Min();
        var end = tasks.Select(task => task.EndedAt ?? now).Append(run.EndedAt ?? now).Max();
        var pauses = Pauses(run, tasks, now);
        var width = Math.Max(0.001, Worked(end).TotalSeconds);
        var path = CriticalPath(tasks, now);
        var ran = TimeSpan.FromTicks(path.Sum(task => ((task.EndedAt ?? now) - task.StartedAt!.Value).Ticks));
        var html = new PageHtml().Add($"<p class=\"ps-note\">Critical path, {PageHtml.Duration(ran)} of {PageHtml.Duration(Worked(end))}: {string.Join(" → ", path.Select(static task => task.Key))}. Pale: waiting for a worker.{(pauses.Count == 0 ? "" : " A line across: the run had ended here, and was taken up again later.")}</p>")
            .Add($"<div class=\"ps-scroll\" tabindex=\"0\"><table class=\"ps-timeline\"><thead><tr><th></th><th><svg width=\"100%\" height=\"14\" aria-hidden=\"true\">");
        for (var tick = 0; tick <= Ticks; tick++)
        {
            html.Add($"<text class=\"ps-tick\" x=\"{100 * tick / Ticks}%\" y=\"11\" text-anchor=\"{(tick == 0 ? "start" : tick == Ticks ? "end" : "middle")}\">{PageHtml.Duration(TimeSpan.FromSeconds(width * tick / Ticks))}</text>");
        }

        html.Add($"</svg></th></tr></thead><tbody>");
        foreach (var task in tasks)
        {
            var critical = path.Contains(task);
            var say = $"{task.Key}: {PageHtml.Duration(task.StartedAt, task.EndedAt, now)} from {PageHtml.Duration(Worked(First(task)))}, {task.State.Replace('_', ' ')}{(critical ? ", on the critical path" : "")}";
            html.Add($"<tr{(critical ? new PageHtml().Add($" class=\"ps-critical\"") : new PageHtml())}><th><a href=\"{urlOf(task)}\" title=\"{task.Key}\" aria-label=\"{task.Key}\">").Cut(task.Key).Add($"</a></th><td><svg width=\"100%\" height=\"16\" role=\"img\" aria-label=\"{say}\"><title>{say}</title>");
            var ready = task.DependsOn.Select(key => tasks.Find(other => other.Key == key)?.EndedAt).OfType<DateTime>().Where(ended => ended <= First(task)).DefaultIfEmpty(begin).Max();
            html.Add(Bar("ps-bar-wait", ready, First(task)));
            foreach (var attempt in task.History.DefaultIfEmpty(new AttemptView(1, task.State, null, task.StartedAt!.Value, task.EndedAt, null)))
            {
                html.Add(Bar("ps-fill-" + attempt.State, attempt.StartedAt, attempt.EndedAt ?? now));
            }

            foreach (var (from, to) in pauses)
            {
                html.Add($"<rect class=\"ps-pause\" x=\"{Percent(Worked(from).TotalSeconds / width)}\" width=\"1\" height=\"16\"><title>{PageHtml.Duration(to - from)} between the run's end and its retry</title></rect>");
            }

            html.Add($"</svg></td></tr>");
        }

        return html.Add($"</tbody></table></div>");

        // where an instant stands: without the time for which the run lay ended
        TimeSpan Worked(DateTime instant) => pauses.Aggregate(instant - begin, (span, pause) => instant <= pause.From ? span : span - ((instant < pause.To ? instant : pause.To) - pause.From));

        PageHtml Bar(string name, DateTime from, DateTime to) => new PageHtml().Add($"<rect class=\"{name}\" x=\"{Percent(Worked(from).TotalSeconds / width)}\" width=\"{Percent(Math.Max(0.001, (Worked(to) - Worked(from)).TotalSeconds / width))}\" y=\"3\" height=\"10\"/>");
    }

    /// <summary>From the last end before somebody took the run up again until then, in order.</summary>
    private static List<(DateTime From, DateTime To)> Pauses(RunView run, List<TaskView> tasks, DateTime now)
    {
        if (run.IdleSeconds == 0)
        {
            return [];
        }

        var attempts = tasks.SelectMany(task => task.History.Select(attempt => (attempt.StartedAt, EndedAt: attempt.EndedAt ?? now))).ToList();
        return [.. run.Acts!.Select(act => act.At).Order()
            .Where(at => !attempts.Exists(attempt => attempt.StartedAt < at && attempt.EndedAt > at))
            .Select(at => (From: attempts.Where(attempt => attempt.EndedAt <= at).Select(static attempt => attempt.EndedAt).DefaultIfEmpty(at).Max(), To: at))
            .GroupBy(static pause => pause.From).Select(static same => same.MaxBy(static pause => pause.To)).Where(static pause => pause.To > pause.From)];
    }

    /// <summary>Back from the task that ended last: always to the parent that ended last before it.</summary>
    private static List<TaskView> CriticalPath(List<TaskView> tasks, DateTime now)
    {
        var path = new List<TaskView>();
        for (var at = tasks.MaxBy(task => task.EndedAt ?? now); at is not null; at = tasks.Where(task => path[0].DependsOn.Contains(task.Key)).MaxBy(task => task.EndedAt ?? now))
        {
            path.Insert(0, at);
        }

        return path;
    }

    private static DateTime First(TaskView task) => task.History.Count > 0 ? task.History[0].StartedAt : task.StartedAt!.Value;

    private static string Percent(double share) => (100 * Math.Clamp(share, 0, 1)).ToString("0.###'%'", CultureInfo.InvariantCulture);
}
