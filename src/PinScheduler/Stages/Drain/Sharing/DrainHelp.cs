using Microsoft.Extensions.Options;
using PinScheduler.Database;
using PinScheduler.Kafka;

namespace PinScheduler.Stages.Drain.Sharing;

/// <summary>Takes partitions of the drains that other servers have at work and offer, a portion at a time.</summary>
internal sealed class DrainHelp(DrainOffers offers, IIngestServers servers, TopicDrain drain, IOptions<KafkaOptions> kafka, TimeProvider time, ILogger<DrainHelp> log) : PeriodicService(time, log)
{
    private readonly Dictionary<Fence, (Task Done, CancellationTokenSource Stop)> _helps = [];

    /// <summary>Nothing is offered that it knows of, and nothing of it is at work.</summary>
    public bool IsIdle => _helps.Count == 0;

    protected override TimeSpan Interval => TimeSpan.FromSeconds(1);

    protected override string WhileFailing => "What other servers offer to drain is not known, and not helped with";

    /// <summary>Begins with what is offered since the last look, and stops what is offered no more; nothing where this server is not to drain.</summary>
    public override async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        if (!servers.IsOne)
        {
            return;
        }

        var open = (await offers.OpenAsync(cancellationToken)).ToDictionary(offer => offer.Fence);
        foreach (var (fence, help) in _helps.Where(help => !open.ContainsKey(help.Key)).ToList())
        {
            await help.Stop.CancelAsync();
            if (help.Done.IsCompleted)
            {
                _helps.Remove(fence);
                help.Stop.Dispose();
            }
        }

        foreach (var offer in open.Values.Where(offer => !_helps.ContainsKey(offer.Fence)))
        {
            var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            _helps[offer.Fence] = (Task.Run(() => HelpAsync(offer, stop.Token), CancellationToken.None), stop);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // the embedded broker is one server's own
        if (kafka.Value.Embedded)
        {
            return;
        }

        try
        {
            await base.ExecuteAsync(stoppingToken);
        }
        finally
        {
            await Task.WhenAll(_helps.Values.Select(help => help.Done));
        }
    }

    // whatever fails here is drained by who has offered it
    private async Task HelpAsync(DrainOffer offer, CancellationToken cancellationToken)
    {
        var topic = kafka.Value.TopicOf(offer.DataSet.Key);
        DrainLog.Helping(log, topic, offer.Run);
        try
        {
            await drain.RunAsync(
                new DrainRequest
                {
                    DataSet = offer.DataSet,
                    Date = offer.Date,
                    Run = offer.Run,
                    FenceAsync = _ => Task.FromResult(offer.Fence),
                    LockPatience = TimeSpan.Zero,
                    BrokerPatience = TimeSpan.Zero,
                    SharesTopic = true,
                    Ranges = offer.Ranges,
                    MostPartitions = offer.Portion,
                    Log = log,
                },
                cancellationToken);
            DrainLog.Helped(log, topic, offer.Run);
        }
        catch (Exception exception) when (exception is FenceLostException or OperationCanceledException)
        {
            DrainLog.HelpEnded(log, topic, offer.Run);
        }
        catch (Exception exception)
        {
            DrainLog.HelpFailed(log, exception, topic, offer.Run);
        }
    }
}
