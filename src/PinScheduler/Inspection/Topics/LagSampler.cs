using Confluent.Kafka;

namespace PinScheduler.Inspection.Topics;

/// <summary>Notes every minute how far the drain is behind; several servers of one database note it once.</summary>
internal sealed class LagSampler(TopicReader topics, LagHistory history, TimeProvider time, ILogger<LagSampler> log) : PeriodicService(time, log)
{
    private bool _away;

    protected override TimeSpan Interval => TimeSpan.FromMinutes(1);

    protected override string WhileFailing => "The lag of the topics is not noted";

    protected override bool BeginsAtOnce => true;

    public override async Task RunOnceAsync(CancellationToken cancellationToken)
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

}
