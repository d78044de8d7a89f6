using Microsoft.Extensions.Options;
using PinScheduler.Database;
using PinScheduler.Kafka;

namespace PinScheduler.Stages.Drain;

/// <summary>
/// The embedded broker has little room and forgets all when it ends: what is accepted is drained ahead of the next run when a partition
/// is half full, before the server begins to accept more, and when it has stopped to.
/// </summary>
/// <remarks>To be registered before everything that produces or drains: hosted services start in that order and stop in the reverse.</remarks>
internal sealed class DrainAhead(
    TopicDrain drain,
    Warehouse warehouse,
    AcceptedLedger accepted,
    IOptions<KafkaOptions> kafka,
    IOptions<DrainOptions> options,
    TimeProvider time,
    ILogger<DrainAhead> log) : BackgroundService
{
    private const double Half = 0.5;

    // at the highest rate seen, a partition fills from half to 90 % in half a second
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    // a drain task that is being cancelled at the same time lets go of its locks soon
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(15);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        if (kafka.Value.Embedded)
        {
            // the ledger of this process knows nothing of what an earlier one accepted: afterwards nothing of that is left
            await DrainAllAsync(TimeSpan.Zero, cancellationToken);
            await base.StartAsync(cancellationToken);
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (kafka.Value.Embedded)
        {
            await DrainLeftoversAsync(cancellationToken);
        }
    }

    /// <summary>Everything that is still only in the broker, once nothing more can come.</summary>
    public Task DrainLeftoversAsync(CancellationToken cancellationToken) => DrainAllAsync(StopPatience, cancellationToken);

    /// <summary>Drains the topics of which a partition is half full.</summary>
    public async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        var full = accepted.All().Where(entry => entry.Pending.Share >= Half).Select(entry => entry.Topic).ToHashSet(StringComparer.Ordinal);
        foreach (var dataSet in DataSet.All.Where(dataSet => full.Contains(kafka.Value.TopicOf(dataSet.Key))))
        {
            await DrainAsync(dataSet, TimeSpan.Zero, DrainLog.DrainAheadFailed, cancellationToken);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await RunOnceAsync(stoppingToken);
        }
    }

    private Task DrainAllAsync(TimeSpan patience, CancellationToken cancellationToken) =>
        Task.WhenAll(DataSet.All.Select(dataSet => DrainAsync(dataSet, patience, DrainLog.LeftoversFailed, cancellationToken)));

    // whatever fails here is tried again, by the next round or by the next run's drain: the loop goes on
    private async Task DrainAsync(DataSet dataSet, TimeSpan patience, Action<ILogger, Exception, string> failed, CancellationToken cancellationToken)
    {
        var topic = kafka.Value.TopicOf(dataSet.Key);
        try
        {
            var request = new DrainRequest
            {
                DataSet = dataSet,
                Date = Today(),
                Run = null,
                Fence = await warehouse.TransactAsync((connection, transaction) => Fence.TakeAsync(connection, transaction, $"topic/{topic}"), cancellationToken),
                LockPatience = patience,
                Log = log,
            };
            if (!await drain.RunAsync(request, cancellationToken) && patience > TimeSpan.Zero)
            {
                throw new TimeoutException($"Another drain of '{topic}' was still at work after {patience.TotalSeconds:0} s.");
            }
        }
        catch (Exception exception) when (patience > TimeSpan.Zero || !cancellationToken.IsCancellationRequested)
        {
            failed(log, exception, topic);
        }
    }

    private DateOnly Today() =>
        DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(time.GetUtcNow(), TimeZoneInfo.FindSystemTimeZoneById(options.Value.TimeZone)).DateTime);
}
