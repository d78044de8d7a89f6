using System.Diagnostics;
using System.Threading.Channels;
using PinScheduler.Stages;

namespace OrchestrationBench.Measure;

/// <summary>When a task of the bench began and when it really stopped.</summary>
internal sealed class StopClock
{
    private readonly Channel<long> _begun = Channel.CreateUnbounded<long>();
    private readonly Channel<long> _stopped = Channel.CreateUnbounded<long>();

    public ValueTask<long> BegunAsync() => _begun.Reader.ReadAsync();

    public ValueTask<long> StoppedAsync() => _stopped.Reader.ReadAsync();

    public async Task<StageResult> RunAsync(Func<Task> work)
    {
        _begun.Writer.TryWrite(Stopwatch.GetTimestamp());
        try
        {
            await work();
            return StageResult.Of();
        }
        finally
        {
            _stopped.Writer.TryWrite(Stopwatch.GetTimestamp());
        }
    }
}
