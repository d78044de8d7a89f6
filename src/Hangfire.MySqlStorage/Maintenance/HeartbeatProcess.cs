using Hangfire.Server;

namespace Hangfire.MySql.Maintenance;

/// <summary>Shows the heartbeat among a server's processes, and beats too: a second thread that keeps the leases when the first is stuck.</summary>
internal sealed class HeartbeatProcess(Heartbeat heartbeat) : IBackgroundProcess
{
    public void Execute(BackgroundProcessContext context)
    {
        heartbeat.Start();
        heartbeat.RunOnce();
        context.Wait(Heartbeat.Interval * 2);
    }

    public override string ToString() => nameof(HeartbeatProcess);
}
