using Microsoft.Extensions.Options;
using PinScheduler.Database;
using PinScheduler.Notifications.Channels;
using PinScheduler.Orchestration.Events;

namespace PinScheduler.Notifications;

/// <summary>
/// Sends what is in the outbox, on one server at a time, oldest first, until it is taken. What is not known to be taken is sent again under the
/// same id: a server may die between the receiver's yes and the mark. A channel that hangs keeps neither the other nor any run waiting.
/// </summary>
internal sealed class OutboxSender(Outbox outbox, Warehouse warehouse, IEnumerable<IChannel> channels, IOptions<NotificationsOptions> options, TimeProvider time, ILogger<OutboxSender> log) : BackgroundService
{
    private const int Batch = 100;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(15);

    /// <summary>A receiver may ask for more patience than ours, within reason.</summary>
    private static readonly TimeSpan LongestAsked = TimeSpan.FromHours(1);

    // taken, but the database was away when that was to be written: only the mark is owed
    private readonly Dictionary<string, HashSet<long>> _unmarked = channels.ToDictionary(static channel => channel.Name, static _ => new HashSet<long>());
    private readonly List<IChannel> _on = [.. channels.Where(static channel => channel.IsOn)];

    /// <summary>Called for each message between the receiver's yes and the mark; tests let a server die there.</summary>
    public Action? Taken { get; set; }

    public static TimeSpan DelayAfter(int attempts, TimeSpan? asked)
    {
        var usual = TimeSpan.FromSeconds(Math.Min(LongestDelay.TotalSeconds, Math.Pow(2, Math.Min(attempts, 30) - 1)) * (0.8 + (0.4 * Random.Shared.NextDouble())));
        return asked > usual ? (asked.Value < LongestAsked ? asked.Value : LongestAsked) : usual;
    }

    /// <summary>Each channel by itself.</summary>
    public Task RunOnceAsync(CancellationToken cancellationToken) => Task.WhenAll(_on.Select(channel => RunOnceAsync(channel, cancellationToken)));

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(_on.Select(channel => LoopAsync(channel, stoppingToken)));

    private async Task LoopAsync(IChannel channel, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            try
            {
                await RunOnceAsync(channel, cancellationToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                NotificationsLog.PassFailed(log, exception, Interval.TotalSeconds);
            }
        }
    }

    private async Task RunOnceAsync(IChannel channel, CancellationToken cancellationToken)
    {
        if ((await outbox.DueAsync(channel.Name, 1, cancellationToken)).Count == 0)
        {
            return;
        }

        await using var alone = await NamedLock.TryTakeAsync(warehouse, "notifications/" + channel.Name, TimeSpan.Zero, time, cancellationToken);
        if (alone is null)
        {
            return;
        }

        foreach (var row in await outbox.DueAsync(channel.Name, Batch, cancellationToken))
        {
            // after a failure the receiver is left in peace for this pass
            if (cancellationToken.IsCancellationRequested || !await TryAsync(channel, row, cancellationToken))
            {
                return;
            }
        }
    }

    private async Task<bool> TryAsync(IChannel channel, OutboxRow row, CancellationToken cancellationToken)
    {
        var unmarked = _unmarked[channel.Name];
        if (!unmarked.Contains(row.Id))
        {
            var timeout = TimeSpan.FromSeconds(options.Value.TimeoutSeconds);
            if (!await outbox.ClaimAsync(row, timeout + Grace, cancellationToken))
            {
                return true;
            }

            if (await SendAsync(channel, row, timeout) is { } failure)
            {
                await FailAsync(channel, row, failure);
                return false;
            }

            unmarked.Add(row.Id);
            Taken?.Invoke();
        }

        // not cancelled by a stop: that would send it again
        await outbox.MarkSentAsync(row.Id, CancellationToken.None);
        unmarked.Remove(row.Id);
        NotificationsLog.Sent(log, row.Kind, row.Run, channel.Name, row.Attempts + 1);
        return true;
    }

    /// <summary>A server that stops waits for the answer: a message that was cut off might be taken, and sent again.</summary>
    private async Task<Exception?> SendAsync(IChannel channel, OutboxRow row, TimeSpan timeout)
    {
        using var limit = new CancellationTokenSource(timeout, time);
        try
        {
            await channel.SendAsync(row.EventId, RunEvent.Read(row.Facts), limit.Token);
            return null;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            return limit.IsCancellationRequested ? new TimeoutException($"No answer within {timeout.TotalSeconds} s.") : exception;
        }
    }

    private async Task FailAsync(IChannel channel, OutboxRow row, Exception failure)
    {
        var attempt = row.Attempts + 1;
        var delay = DelayAfter(attempt, (failure as NotTakenException)?.RetryAfter);
        // the outermost of a network's errors says only that there was one
        var why = string.Join(" ", Causes(failure).Select(static cause => cause.Message).Distinct());
        if (await outbox.MarkFailedAsync(row.Id, why, delay, TimeSpan.FromDays(options.Value.GiveUpAfterDays), CancellationToken.None))
        {
            NotificationsLog.GivenUp(log, row.Kind, row.Run, channel.Name, attempt, why);
        }
        else
        {
            NotificationsLog.Failed(log, row.Kind, row.Run, channel.Name, attempt, why, Math.Round(delay.TotalSeconds, 1));
        }
    }

    private static IEnumerable<Exception> Causes(Exception failure)
    {
        for (var cause = failure; cause is not null; cause = cause.InnerException)
        {
            yield return cause;
        }
    }
}
