using Confluent.Kafka;
using Microsoft.Extensions.Options;
using PinScheduler.Database;
using PinScheduler.Kafka;
using PinScheduler.Landing;
using PinScheduler.Stages.Drain.Sharing;

namespace PinScheduler.Stages.Drain;

/// <summary>Stage `drain`: what is in a data set's topic, up to where it ends now, goes into landing files.</summary>
internal sealed class DrainStage(
    DataSet dataSet,
    TopicDrain drain,
    PatientBroker broker,
    EmulatedOffsets emulated,
    LandingRuns landed,
    DrainOffers offers,
    IIngestServers ingest,
    IOptions<KafkaOptions> kafka,
    IOptions<DrainOptions> options) : IStage
{
    // below this, a handful of bad records says nothing about the source
    private const long EnoughToJudge = 10_000;

    private static readonly TimeSpan LockPatience = TimeSpan.FromMinutes(10);

    private string Topic => kafka.Value.TopicOf(dataSet.Key);

    public async Task<StageResult> RunAsync(StageContext context, CancellationToken cancellationToken)
    {
        var request = new DrainRequest
        {
            DataSet = dataSet,
            Date = context.LogicalDate,
            Run = context.RunId,
            FenceAsync = _ => Task.FromResult(context.Fence),
            LockPatience = LockPatience,
            BrokerPatience = options.Value.BrokerPatience,
            SharesTopic = true,
            Log = context.Log,
            WarnAsync = context.WarnAsync,
            Report = context.Report,
        };
        await RequireEmulatedAsync(request, context.RunId, cancellationToken);
        if (!await DrainAsync(request, context.Fence, cancellationToken))
        {
            throw new StageFailedException($"Another drain of '{Topic}' has been at work for {LockPatience.TotalMinutes:0} minutes; it holds the partitions' locks as long as it lives.", retry: true);
        }

        var ahead = await landed.TakeOverAsync(Topic, context.RunId, context.Fence, cancellationToken);
        if (ahead > 0)
        {
            DrainLog.TakenOver(context.Log, Topic, ahead);
        }

        await WarnAsync(context, cancellationToken);
        return Judge(await landed.TotalsAsync(Topic, context.RunId, cancellationToken));
    }

    private async Task<bool> DrainAsync(DrainRequest request, Fence fence, CancellationToken cancellationToken)
    {
        // the embedded broker is one server's own
        var servers = kafka.Value.Embedded ? 1 : await ingest.CountAsync(cancellationToken);
        if (servers < 2 || await AskAsync(request, cancellationToken) is not ({ } info, var marks) || await offers.DescribeAsync(request, fence, info, marks, servers, cancellationToken) is not { } offer)
        {
            return await drain.RunAsync(request, cancellationToken);
        }

        await using var stands = await offers.MakeAsync(offer, cancellationToken);
        DrainLog.Offered(request.Log, Topic, offer.Portion);
        request = request with { Ranges = offer.Ranges, MostPartitions = offer.Portion };
        if (!await drain.RunAsync(request, cancellationToken))
        {
            // a process that hangs keeps its locks; its claims can be taken from it
            DrainLog.HelperHangs(request.Log, Topic, LockPatience.TotalMinutes);
            await drain.RunAsync(request with { IgnoresLocks = true }, cancellationToken);
        }

        return true;
    }

    private async Task RequireEmulatedAsync(DrainRequest request, long run, CancellationToken cancellationToken)
    {
        var behind = (await emulated.OfAsync(run, Topic, cancellationToken)).Where(offset => offset.NextOffset < offset.EndOffset).ToList();
        if (behind.Count == 0)
        {
            return;
        }

        var (info, marks) = await AskAsync(request, cancellationToken);
        var lost = behind.FirstOrDefault(offset => offset.Incarnation != info?.Incarnation || !marks.Any(mark => mark.Partition == offset.Partition && mark.High >= offset.EndOffset));
        if (lost is not null)
        {
            throw new StageFailedException(
                $"Records were lost, retry from 'emulate': it sent up to offset {lost.EndOffset} of '{Topic}' partition {lost.Partition}, which is drained up to {lost.NextOffset} only, and the rest is not in Kafka any more{(kafka.Value.Embedded ? " (the embedded broker forgets all when it ends)" : "")}.")
            {
                RestartFrom = kafka.Value.Embedded ? "emulate" : null,
            };
        }
    }

    private async Task<(TopicInfo? Info, IReadOnlyList<Watermarks> Marks)> AskAsync(DrainRequest request, CancellationToken cancellationToken)
    {
        try
        {
            var info = await broker.FindAsync(request, Topic, cancellationToken);
            return (info, info is null ? [] : await broker.WatermarksAsync(request, info, cancellationToken));
        }
        catch (KafkaException exception)
        {
            throw new StageFailedException($"Kafka did not say where '{Topic}' ends: {exception.Error.Reason}. Look whether '{kafka.Value.BootstrapServers}' is up.", retry: true, exception);
        }
    }

    private async Task WarnAsync(StageContext context, CancellationToken cancellationToken)
    {
        foreach (var gap in await landed.GapsAsync(Topic, context.RunId, cancellationToken))
        {
            await context.WarnAsync($"Partition {gap.Partition} of '{Topic}': offsets {gap.FirstOffset} to {gap.LastOffset} expired before they were drained; their records are lost. Drain more often, or let Kafka keep them longer.");
        }

        // the embedded broker's topics are new at each of its starts
        if (!kafka.Value.Embedded && await landed.NewLifeAsync(Topic, context.RunId, cancellationToken) is { } life)
        {
            await context.WarnAsync($"The topic '{Topic}' was deleted and created again: its records are drained from their own beginning, into files named '{Topic}@{life}+…'; those of before stay as they are.");
        }
    }

    private StageResult Judge(LandingTotals totals)
    {
        var result = StageResult.Of(("read", totals.Consumed), ("records", totals.Records), ("deadLetters", totals.DeadLetters), ("files", totals.Files), ("bytes", totals.Bytes));
        var allowed = options.Value.MaxDeadLetterShare;
        return totals.Consumed < EnoughToJudge || totals.DeadLetters <= totals.Consumed * allowed
            ? result
            : throw new StageFailedException(
                $"{totals.DeadLetters} of {totals.Consumed} records of '{Topic}' are dead letters, more than 'Pipeline:MaxDeadLetterShare' ({allowed}) allows. Everything is safely written: see the .dead.jsonl files for the reasons; to accept it, raise the share and retry.")
            {
                Result = result,
            };
    }
}
