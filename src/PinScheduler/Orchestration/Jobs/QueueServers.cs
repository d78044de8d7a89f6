using Hangfire;
using Hangfire.AspNetCore;
using Microsoft.Extensions.Options;

namespace PinScheduler.Orchestration.Jobs;

/// <summary>A Hangfire server for each queue, with that queue's own workers: long tasks of one kind never keep others waiting.</summary>
internal sealed class QueueServers(IServiceScopeFactory scopes, JobStorage storage, IOptions<OrchestrationOptions> options) : IHostedService
{
    private readonly List<BackgroundJobServer> _servers = [];

    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var queue in TaskQueue.All)
        {
            if (options.Value.Workers.GetValueOrDefault(queue) is > 0 and var workers)
            {
                _servers.Add(new BackgroundJobServer(new BackgroundJobServerOptions
                {
                    Queues = [queue],
                    WorkerCount = workers,
                    // schedules are kept by one server of the process; the others only work
                    IsLightweightServer = _servers.Count > 0,
                    HeartbeatInterval = ServedQueues.SignOfLife,
                    SchedulePollingInterval = TimeSpan.FromSeconds(1),
                    CancellationCheckInterval = TimeSpan.FromSeconds(1),
                    ShutdownTimeout = TimeSpan.FromSeconds(options.Value.ShutdownTimeoutInSeconds),
                    Activator = new AspNetCoreJobActivator(scopes),
                }, storage));
            }
        }

        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _servers.ForEach(server => server.SendStop());
        await Task.WhenAll(_servers.Select(server => server.WaitForShutdownAsync(cancellationToken)));
        _servers.ForEach(server => server.Dispose());
    }
}
