using Hangfire.Server;

namespace Hangfire.MySql.Maintenance;

/// <summary>
/// Shows the heartbeat among a server's processes, and beats too: a second thread that keeps the leases when the first is stuck. It also tells the
/// storage that a server's workers come for jobs, and when they stop to.
/// </summary>
internal sealed class HeartbeatProcess(MySqlStorage storage) : IBackgroundProcess
{
    private bool _announced;

    public void Execute(BackgroundProcessContext context)
    {
        if (!_announced)
        {
            _announced = true;
            storage.ServerStarts();
            context.StoppingToken.Register(storage.ServerStops);
        }

        storage.Heartbeat.Start();
        storage.Heartbeat.RunOnce();
        context.Wait(Heartbeat.Interval * 2);
    }

    public override string ToString() => nameof(HeartbeatProcess);
}
