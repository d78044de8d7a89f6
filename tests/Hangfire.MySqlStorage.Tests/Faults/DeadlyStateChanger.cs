using Hangfire.States;

namespace Hangfire.MySqlStorage.Tests.Faults;

/// <summary>Kills its process after the commit that made a job succeed, before the worker can say another word.</summary>
internal sealed class DeadlyStateChanger : IBackgroundJobStateChanger
{
    private readonly BackgroundJobStateChanger _inner = new();

    public IState ChangeState(StateChangeContext context)
    {
        var applied = _inner.ChangeState(context);
        if (applied is SucceededState)
        {
            FaultProcess.Signal(Environment.ProcessId, "-KILL");
            Thread.Sleep(Timeout.Infinite);
        }

        return applied;
    }
}
