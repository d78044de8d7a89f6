using Confluent.Kafka;

namespace PinScheduler.Inspection.Topics;

/// <summary>Notes every minute how far the drain is behind; several servers of one database note it once.</summary>
internal sealed class LagSampler(TopicReader topics, LagHistory history, TimeProvider time, ILogger<LagSampler> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);
    private bool _away;

    public async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        if (await history.OpenMinuteAsync(cancellationToken) is not { } minute)
        {
            return;
        }

        try
        {
            await history.KeepAsync(minute, await topics.LagsAsync(cancellationToken), cancellationToken);
            if (_away)
            {
                InspectionLog.LagKnownAgain(log);
            }

            _away = false;
        }
        catch (KafkaException exception)
        {
            // said once, not every minute of a night
            if (!_away)
            {
                InspectionLog.LagUnknown(log, exception.Error.Reason);
            }

            _away = true;
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                await RunOnceAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                InspectionLog.LagFailed(log, exception, Interval.TotalSeconds);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
