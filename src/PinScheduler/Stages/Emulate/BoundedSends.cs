namespace PinScheduler.Stages.Emulate;

/// <summary>A few requests under way at a time; the first failure ends the others.</summary>
internal sealed class BoundedSends(int limit, CancellationToken cancellationToken) : IAsyncDisposable
{
    private readonly SemaphoreSlim _room = new(limit, limit);
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
    private readonly List<Task> _running = [];
    private Exception? _failure;

    public CancellationToken Token => _stop.Token;

    /// <summary>Returns when the request is under way, which it is when there is room.</summary>
    public async Task StartAsync(Func<CancellationToken, Task> send)
    {
        try
        {
            await _room.WaitAsync(_stop.Token);
        }
        catch (OperationCanceledException)
        {
            ThrowFailure();
            throw;
        }

        _running.RemoveAll(task => task.IsCompleted);
        _running.Add(RunAsync(send));
    }

    public async Task FinishAsync()
    {
        await Task.WhenAll(_running);
        ThrowFailure();
        cancellationToken.ThrowIfCancellationRequested();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_running);
        _stop.Dispose();
        _room.Dispose();
    }

    private async Task RunAsync(Func<CancellationToken, Task> send)
    {
        try
        {
            await send(_stop.Token);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // the first failure, or the caller, has said why
        }
        catch (Exception exception)
        {
            Interlocked.CompareExchange(ref _failure, exception, null);
            await _stop.CancelAsync();
        }
        finally
        {
            _room.Release();
        }
    }

    private void ThrowFailure()
    {
        if (_failure is not null)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(_failure);
        }
    }
}
