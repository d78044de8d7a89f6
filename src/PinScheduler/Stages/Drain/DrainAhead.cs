using System.Collections.Concurrent;
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

    // a full disk or a broker that is away is not asked ten times a second
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(5);

    // a drain task that is being cancelled at the same time lets go of its locks soon
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(15);

    // topics that may hold what an earlier process accepted: the ledger does not know of it
    private readonly ConcurrentDictionary<string, bool> _unaccounted = new();

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        if (kafka.Value.Embedded)
        {
            foreach (var dataSet in DataSet.All)
            {
                _unaccounted[kafka.Value.TopicOf(dataSet.Key)] = true;
            }

            await RunOnceAsync(cancellationToken);
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
    public Task DrainLeftoversAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(DataSet.All.Select(dataSet => TryDrainAsync(dataSet, StopPatience, DrainLog.LeftoversFailed, cancellationToken)));

    /// <summary>Drains the topics of which a partition is half full, or may be.</summary>
    /// <returns>False where one could not be drained.</returns>
    public async Task<bool> RunOnceAsync(CancellationToken cancellationToken)
    {
        var full = accepted.All().Where(entry => entry.Pending.Share >= Half).Select(entry => entry.Topic).Concat(_unaccounted.Keys).ToHashSet(StringComparer.Ordinal);
        var drained = await Task.WhenAll(DataSet.All
            .Where(dataSet => full.Contains(kafka.Value.TopicOf(dataSet.Key)))
            .Select(dataSet => TryDrainAsync(dataSet, TimeSpan.Zero, DrainLog.DrainAheadFailed, cancellationToken)));
        return drained.All(done => done);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var drained = await RunOnceAsync(stoppingToken);
            await Task.Delay(drained ? Interval : AfterFailure, time, stoppingToken);
        }
    }

    // whatever fails here is tried again, by the next round or by the next run's drain: the loop goes on
    private async Task<bool> TryDrainAsync(DataSet dataSet, TimeSpan patience, Action<ILogger, Exception, string> failed, CancellationToken cancellationToken)
    {
        var topic = kafka.Value.TopicOf(dataSet.Key);
        try
        {
            if (await DrainAsync(dataSet, topic, patience, cancellationToken))
            {
                _unaccounted.TryRemove(topic, out _);
            }
            else if (patience > TimeSpan.Zero)
            {
                throw new TimeoutException($"Another drain of '{topic}' was still at work after {patience.TotalSeconds:0} s.");
            }

            return true;
        }
        catch (Exception exception) when (patience > TimeSpan.Zero || !cancellationToken.IsCancellationRequested)
        {
            failed(log, exception, topic);
            return false;
        }
    }

    private Task<bool> DrainAsync(DataSet dataSet, string topic, TimeSpan patience, CancellationToken cancellationToken) => drain.RunAsync(
        new DrainRequest
        {
            DataSet = dataSet,
            Date = Today(),
            Run = null,
            FenceAsync = token => warehouse.TransactAsync((connection, transaction) => Fence.TakeAsync(connection, transaction, $"topic/{topic}"), token),
            LockPatience = patience,
            // the next round, or the next run, comes soon
            BrokerPatience = TimeSpan.Zero,
            // whoever drains ahead takes the topic's fence
            SharesTopic = false,
            Log = log,
        },
        cancellationToken);

    private DateOnly Today() =>
        DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(time.GetUtcNow(), TimeZoneInfo.FindSystemTimeZoneById(options.Value.TimeZone)).DateTime);
}
