namespace PinScheduler.Ingestion;

/// <summary>Bounds what all requests together keep in memory. Who finds no room waits a moment, then is told to come back.</summary>
internal sealed class InFlightBudget(long limit, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromMilliseconds(5);

    private long _taken;

    public long Limit { get; } = limit;

    public long Taken => Interlocked.Read(ref _taken);

    public async ValueTask<bool> TryTakeAsync(long amount, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        while (!TryTake(amount))
        {
            if (time.GetElapsedTime(started) > Patience)
            {
                return false;
            }

            await Task.Delay(LookAgainAfter, time, cancellationToken);
        }

        return true;
    }

    public void Release(long amount) => Interlocked.Add(ref _taken, -amount);

    private bool TryTake(long amount)
    {
        if (Interlocked.Add(ref _taken, amount) <= Limit)
        {
            return true;
        }

        Release(amount);
        return false;
    }
}
