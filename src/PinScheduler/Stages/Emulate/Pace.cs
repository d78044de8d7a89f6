namespace PinScheduler.Stages.Emulate;

/// <summary>So many posts a second, evenly: the n-th may not go before its time. Without a rate, none waits.</summary>
internal sealed class Pace(double? perSecond, TimeProvider time)
{
    private const int Largest = 500;

    // small steps look like a stream: over two and a half seconds one too early or too late is 2 %
    private const double StepsPerSecond = 20;

    private readonly long _started = time.GetTimestamp();

    /// <summary>How many posts go together.</summary>
    public int Step => perSecond is > 0 and var rate ? Math.Clamp((int)(rate / StepsPerSecond), 1, Largest) : Largest;

    public async Task WaitForTurnAsync(long sent, CancellationToken cancellationToken)
    {
        if (perSecond is > 0 and var rate && TimeSpan.FromSeconds(sent / rate) - time.GetElapsedTime(_started) is var early && early > TimeSpan.Zero)
        {
            await Task.Delay(early, time, cancellationToken);
        }
    }
}
