using System.Globalization;

namespace PinScheduler.Hosting.Embedded;

/// <summary>Tells a child process when nobody needs it any more: who started it has gone, and so has the server whose records it holds.</summary>
internal sealed class OwnerWatch(DataFolder data, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private readonly int _parent = ParentProcess.Id();

    /// <summary>Returns when both are gone.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            if (ParentProcess.Id() != _parent && !ServerLives())
            {
                return;
            }
        }
    }

    private bool ServerLives()
    {
        try
        {
            var pid = int.Parse(File.ReadAllText(data.Combine("server.pid")), CultureInfo.InvariantCulture);
            // another program may have got the number meanwhile; a zombie has no command line
            return File.ReadAllText($"/proc/{pid}/cmdline").Contains("PinScheduler", StringComparison.Ordinal);
        }
        catch (Exception exception) when (exception is IOException or FormatException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
