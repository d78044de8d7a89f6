using Hangfire.Dashboard;
using PinScheduler.Orchestration.Api;
using PinScheduler.Orchestration.Runs;

namespace PinScheduler.Dashboard;

/// <summary>The state of the newest run on Hangfire's home page, which asks every five seconds for each open tab: so the answer is kept for a while.</summary>
internal static class LastRunMetric
{
    private static readonly TimeSpan Kept = TimeSpan.FromSeconds(2);
    private static readonly System.Runtime.CompilerServices.ConditionalWeakTable<RunReader, Answer> Answers = [];

    public static DashboardMetric Create() => new("pinscheduler:last-run", "Last run", Read) { Url = "/runs" };

    private static Metric Read(RazorPage page)
    {
        var request = new PageRequest(page.Context);
        var (reader, time) = (request.Get<RunReader>(), request.Get<TimeProvider>());
        // several servers may live in one process, so it is kept by reader
        var answer = Answers.GetOrCreateValue(reader);
        lock (answer)
        {
            if (answer.At is not { } at || time.GetElapsedTime(at) >= Kept)
            {
                answer.Run = reader.ListAsync(null, null, null, null, null, 1, request.Aborted).GetAwaiter().GetResult() is [var run] ? run : null;
                answer.At = time.GetTimestamp();
            }

            return new Metric(answer.Run?.State ?? "none") { Style = StyleOf(answer.Run?.State), Title = answer.Run is { } last ? $"Run #{last.Id} for {last.LogicalDate:yyyy-MM-dd}" : "No run yet" };
        }
    }

    private static MetricStyle StyleOf(string? state) => state switch
    {
        RunState.Succeeded => MetricStyle.Success,
        RunState.Failed => MetricStyle.Danger,
        RunState.Cancelled => MetricStyle.Warning,
        RunState.Running => MetricStyle.Info,
        _ => MetricStyle.Default,
    };

    private sealed class Answer
    {
        public long? At { get; set; }

        public RunView? Run { get; set; }
    }
}
