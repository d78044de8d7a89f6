using System.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using PinScheduler.Orchestration;
using PinScheduler.Stages;

namespace DashboardBench.Servers;

/// <summary>A pipeline of 40 tasks that take as long as its run is told, and one that talks.</summary>
internal static class BenchPipelines
{
    public const string Wide = "wide";
    public const string Talk = "talk";
    public const string TalkTask = "talk";
    public const int Layers = 8;
    public const int Width = 5;

    public static void Add(IServiceCollection services, IConfiguration configuration)
    {
        services.AddPipeline(Wide, static (_, pipeline) =>
        {
            pipeline.Title("40 tasks in 8 stages").Overlap(OverlapPolicy.Allow).Parameter("seconds", ParameterType.Number, 0.0, 0, 60, "How long each task takes.");
            for (var layer = 0; layer < Layers; layer++)
            {
                for (var i = 0; i < Width; i++)
                {
                    pipeline.Task<WorkStage>($"l{layer}t{i}", $"stage {layer}", $"Task {i} of stage {layer}", TaskQueue.Transform)
                        .After(layer == 0 ? [] : Enumerable.Range(0, Width).Select(parent => $"l{layer - 1}t{parent}"));
                }
            }
        });
        services.AddPipeline(Talk, static (_, pipeline) =>
        {
            pipeline.Title("One task that talks").Overlap(OverlapPolicy.Allow)
                .Parameter("seconds", ParameterType.Number, 30.0, 0, 600, "How long it talks.").Parameter("lines", ParameterType.Whole, 1000L, 1, 100_000, "Lines a second.");
            pipeline.Task<TalkStage>(TalkTask, "talk", "Talks", TaskQueue.Analyze);
        });
    }

    private sealed class WorkStage : IStage
    {
        private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);

        public async Task<StageResult> RunAsync(StageContext context, CancellationToken cancellationToken)
        {
            var steps = (long)(TimeSpan.FromSeconds(context.Parameters.Number("seconds") ?? 0) / Step);
            for (var step = 1L; step <= steps; step++)
            {
                await Task.Delay(Step, cancellationToken);
                context.Report(step, steps, "steps");
            }

            Say.Done(context.Log, steps);
            return StageResult.Of(("records", 1000), ("rows", 987));
        }
    }

    private sealed class TalkStage(TimeProvider time) : IStage
    {
        private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(10);

        public async Task<StageResult> RunAsync(StageContext context, CancellationToken cancellationToken)
        {
            var (started, end, rate) = (Stopwatch.GetTimestamp(), TimeSpan.FromSeconds(context.Parameters.Number("seconds") ?? 0), context.Parameters.Whole("lines") ?? 1);
            var said = 0L;
            using var timer = new PeriodicTimer(Step);
            while (await timer.WaitForNextTickAsync(cancellationToken) && Stopwatch.GetElapsedTime(started) is var elapsed && elapsed < end)
            {
                for (var due = (long)(elapsed.TotalSeconds * rate); said < due; said++)
                {
                    Say.Line(context.Log, said, (time.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalMilliseconds);
                }
            }

            return StageResult.Of(("lines", said));
        }
    }
}

internal static partial class Say
{
    [LoggerMessage(1, LogLevel.Information, "{Steps} steps are done")]
    public static partial void Done(ILogger log, long steps);

    [LoggerMessage(2, LogLevel.Information, "line {Number} at {Milliseconds:0.000}: what a task says of a batch of records that it has read, checked and written")]
    public static partial void Line(ILogger log, long number, double milliseconds);
}
