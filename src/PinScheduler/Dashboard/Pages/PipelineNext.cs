using PinScheduler.Orchestration.Api;
using PinScheduler.Orchestration.Graph;

namespace PinScheduler.Dashboard.Pages;

/// <summary>When a pipeline runs next, or why it does not.</summary>
internal static class PipelineNext
{
    public static PageHtml Of(PipelineView pipeline, PipelineSchedule? schedule)
    {
        var html = new PageHtml();
        if (pipeline.Pause is { } pause)
        {
            html.Add($"<span class=\"label label-warning\">paused</span> {(pause.By is null ? "" : $"by {pause.By}")} {(pause.Until is null ? "until somebody resumes" : "until ")}").Time(pause.Until, schedule)
                .Add($"{(pause.Reason is null ? "" : $": {pause.Reason}")}. The schedule starts no run meanwhile. ");
        }

        return pipeline.NextRunAt is { } next
            ? html.Add($"<b>Next run</b> ").Time(next, schedule, relative: true).Add($" <span class=\"ps-note\">{pipeline.Schedule} in {pipeline.TimeZone}</span>")
            : html.Add($"It has no schedule: it runs when it is triggered.");
    }
}
