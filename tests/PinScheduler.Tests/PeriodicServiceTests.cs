using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using PinScheduler.Tests.EndToEnd;
using PinScheduler.Tests.Stages;

namespace PinScheduler.Tests;

public sealed class PeriodicServiceTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Service_GoesOnAfterFailures_AndSaysEachOnce()
    {
        var (time, log) = (new FakeTimeProvider(), new KeptLog());
        // a time-out within it is a failure, and not the server's stop
        using var service = new Scripted(time, log, null, new InvalidOperationException("a"), new InvalidOperationException("a"), new TaskCanceledException("b"), null, null, new InvalidOperationException("a"));
        await service.StartAsync(default);

        await service.DoneAsync(1);
        for (var times = 2; times <= 7; times++)
        {
            time.Advance(Interval);
            await service.DoneAsync(times);
        }

        await service.StopAsync(default);
        Assert.Equal(
            ["Error: Nothing happens; it is tried again each 10 s", "Error: Nothing happens; it is tried again each 10 s", "Information: No longer so: Nothing happens", "Error: Nothing happens; it is tried again each 10 s"],
            log.Lines);
    }

    [Fact]
    public async Task Service_Stops_InTheMiddleOfItsWork()
    {
        var (time, log) = (new FakeTimeProvider(), new KeptLog());
        using var service = new Endless(time, log);
        await service.StartAsync(default);
        await service.Begun.Task.WaitAsync(ChildProcess.Patience);

        await service.StopAsync(default).WaitAsync(ChildProcess.Patience);

        Assert.Empty(log.Lines);
    }

    private sealed class Scripted(TimeProvider time, ILogger log, params Exception?[] outcomes) : PeriodicService(time, log)
    {
        private readonly SemaphoreSlim _done = new(0);
        private int _times;

        protected override TimeSpan Interval => PeriodicServiceTests.Interval;

        protected override string WhileFailing => "Nothing happens";

        protected override bool BeginsAtOnce => true;

        public async Task DoneAsync(int times)
        {
            Assert.True(await _done.WaitAsync(ChildProcess.Patience));
            Assert.Equal(times, _times);
        }

        public override Task RunOnceAsync(CancellationToken cancellationToken)
        {
            var outcome = outcomes[_times++];
            _done.Release();
            return outcome is null ? Task.CompletedTask : Task.FromException(outcome);
        }

        public override void Dispose()
        {
            _done.Dispose();
            base.Dispose();
        }
    }

    private sealed class Endless(TimeProvider time, ILogger log) : PeriodicService(time, log)
    {
        public TaskCompletionSource Begun { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        protected override TimeSpan Interval => PeriodicServiceTests.Interval;

        protected override string WhileFailing => "Nothing happens";

        protected override bool BeginsAtOnce => true;

        public override Task RunOnceAsync(CancellationToken cancellationToken)
        {
            Begun.SetResult();
            return Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        }
    }
}
