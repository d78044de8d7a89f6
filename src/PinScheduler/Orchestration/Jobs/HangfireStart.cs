using Hangfire;

namespace PinScheduler.Orchestration.Jobs;

/// <summary>Configures Hangfire and binds the election to its storage, before anything makes a job or changes one.</summary>
internal sealed class HangfireStart(IGlobalConfiguration configured, JobStorage storage, TaskElection election) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        // resolving it has applied the configuration
        ArgumentNullException.ThrowIfNull(configured);
        TaskStateFilterAttribute.Bind(storage, election.Elect);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
