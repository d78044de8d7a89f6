namespace PinScheduler.Orchestration.Jobs;

/// <summary>An attempt that this server runs, and how to stop it.</summary>
internal sealed class WatchedAttempt(long run, string task, long fence, CancellationTokenSource stop, Action<WatchedAttempt> end) : IDisposable
{
    private readonly Lock _stopping = new();
    private bool _ended;

    public long Run => run;

    public string Task => task;

    public long Fence => fence;

    public bool IsCancelled { get; private set; }

    public bool IsSuperseded { get; private set; }

    public void Cancel()
    {
        IsCancelled = true;
        Stop();
    }

    public void Supersede()
    {
        IsSuperseded = true;
        Stop();
    }

    public void Dispose()
    {
        end(this);
        lock (_stopping)
        {
            _ended = true;
        }
    }

    private void Stop()
    {
        // the source is disposed soon after the attempt has ended
        lock (_stopping)
        {
            if (!_ended)
            {
                stop.Cancel();
            }
        }
    }
}
