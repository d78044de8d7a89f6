using PinScheduler.Orchestration.Jobs;

namespace PinScheduler.Tests.Orchestration.Jobs;

public sealed class MendsTests
{
    [Theory]
    [InlineData("waiting", "Awaiting", true, Mend.Push)]
    [InlineData("waiting", "Awaiting", false, Mend.Nothing)]
    [InlineData("waiting", "Failed", true, Mend.Push)]
    [InlineData("waiting", "Succeeded", true, Mend.NewJob)]
    [InlineData("waiting", "Deleted", true, Mend.NewJob)]
    [InlineData("waiting", "Deleted", false, Mend.Nothing)]
    [InlineData("waiting", null, true, Mend.NewJob)]
    [InlineData("waiting", null, false, Mend.NewJob)]
    [InlineData("waiting", "Enqueued", false, Mend.Nothing)]
    [InlineData("waiting", "Processing", true, Mend.Nothing)]
    [InlineData("queued", "Failed", true, Mend.Fail)]
    [InlineData("running", "Failed", true, Mend.Fail)]
    [InlineData("retrying", "Failed", true, Mend.Fail)]
    [InlineData("queued", "Deleted", true, Mend.Cancel)]
    [InlineData("running", "Deleted", true, Mend.Cancel)]
    [InlineData("running", null, true, Mend.NewJob)]
    [InlineData("retrying", null, true, Mend.NewJob)]
    [InlineData("queued", "Awaiting", true, Mend.WaitAgain)]
    [InlineData("retrying", "Succeeded", true, Mend.WaitAgain)]
    [InlineData("retrying", "Scheduled", true, Mend.Nothing)]
    [InlineData("running", "Processing", true, Mend.Nothing)]
    [InlineData("running", "Succeeded", true, Mend.NewJob)]
    [InlineData("upstream_failed", "Awaiting", false, Mend.Nothing)]
    [InlineData("upstream_failed", "Awaiting", true, Mend.Push)]
    [InlineData("upstream_failed", null, false, Mend.Nothing)]
    [InlineData("succeeded", "Processing", true, Mend.Nothing)]
    [InlineData("cancelled", "Awaiting", true, Mend.Nothing)]
    public void For_TaskAndJob(string task, string? job, bool isReady, object expected) => Assert.Equal(expected, Mends.For(task, job, isReady));
}
