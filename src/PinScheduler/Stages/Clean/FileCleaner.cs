using Microsoft.Extensions.Options;
using PinScheduler.Database;
using PinScheduler.Landing;
using PinScheduler.Stages.Clean.Facts;
using PinScheduler.Stages.Clean.Loading;
using PinScheduler.Stages.Clean.Rules;

namespace PinScheduler.Stages.Clean;

/// <summary>Cleans a data set's pending files into a table, batch by batch; the files of one partition in turn.</summary>
internal sealed class FileCleaner(Warehouse warehouse, LandingFolder folder, LandingAudit audit, CleanedFiles cleaned, FactKeys keys, CleanSlots slots, BatchLoader batches, IOptions<CleanOptions> options, TimeProvider time)
{
    private static readonly string[] Technical = ["h", "src"];
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(10);

    public async Task CleanAsync(CleanTarget target, RecordRules rules, StageContext context, CancellationToken cancellationToken)
    {
        if (await cleaned.PendingAsync(target, null, cancellationToken) is { Count: > 0 } pending)
        {
            var large = await keys.BeforeLoadAsync(target, pending.Sum(static file => file.Records), context, cancellationToken);
            await LoadAsync(target, rules, pending, large ? BatchSize.First(options.Value) : BatchSize.Usual(options.Value), context, cancellationToken);
        }

        await keys.AfterLoadAsync(target, context, cancellationToken);
    }

    private async Task LoadAsync(CleanTarget target, RecordRules rules, IReadOnlyList<PendingFile> pending, BatchSize size, StageContext context, CancellationToken cancellationToken)
    {
        var progress = new CleanProgress(pending.Sum(file => file.Records), context.Report);
        CleanLog.Cleaning(context.Log, pending.Count, progress.Total, target.Table);
        var loader = await LoaderAsync(context.Log, cancellationToken);
        var facts = FactColumns.Of(target.DataSet);
        var work = new CleanWork(target, rules, new LoadTable(target.Table, [.. rules.Columns, .. Technical]), new LoadTable(target.FactTable, ["ind", "h", facts.First, facts.Second, "src"]), facts, loader, progress, context);
        // so that partitions are cleaned side by side where they make more than one batch; each in one group, or the second would wait for the first in a slot of its own
        var grouped = new HashSet<int>();
        var groups = size.Cut(pending.GroupBy(static file => file.Partition).SelectMany(static files => files))
            .Select(batch => batch.Select(static file => file.Partition).Where(grouped.Add).ToList()).Where(static partitions => partitions.Count > 0).ToList();
        await Parallel.ForEachAsync(
            groups,
            new ParallelOptions { MaxDegreeOfParallelism = options.Value.CleanConnections, CancellationToken = cancellationToken },
            async (partitions, token) => await CleanPartitionsAsync(work, partitions, size, token));
    }

    private async Task<RowLoader> LoaderAsync(ILogger log, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        var loader = await RowLoader.ForAsync(connection);
        if (loader is InsertRowLoader)
        {
            CleanLog.NoLocalInfile(log);
        }

        return loader;
    }

    private async Task CleanPartitionsAsync(CleanWork work, IReadOnlyCollection<int> partitions, BatchSize size, CancellationToken cancellationToken)
    {
        using var slot = await slots.TakeAsync(work.FactColumns, cancellationToken);
        while (await cleaned.PendingAsync(work.Target, partitions, cancellationToken) is { Count: > 0 } pending)
        {
            // a partition's files share rows; loaded side by side they would wait for each other, or deadlock (warehouse.md §3.3)
            var names = pending.Select(static file => file.Partition).Distinct().ToDictionary(partition => $"clean:{work.Target.DataSet.Key}:{partition}");
            await using var held = await HoldAsync(work, [.. names.Keys], cancellationToken);
            foreach (var batch in size.Cut(await cleaned.PendingAsync(work.Target, [.. held.Names.Select(name => names[name])], cancellationToken)))
            {
                await CleanAsync(work, batch, slot.Buffers, cancellationToken);
            }
        }
    }

    private async Task<NamedLock> HoldAsync(CleanWork work, string[] names, CancellationToken cancellationToken)
    {
        if (await NamedLock.TryTakeAnyAsync(warehouse, names, TimeSpan.Zero, time, cancellationToken) is { } free)
        {
            return free;
        }

        CleanLog.WaitingForPartitions(work.Context.Log, names.Length);
        return await NamedLock.TryTakeAnyAsync(warehouse, names, LongestWait, time, cancellationToken)
            ?? throw new StageFailedException($"Other cleaners have held the partitions {string.Join(", ", names)} for {LongestWait.TotalMinutes:0} minutes; see which runs clean them (locks of these names).", retry: true);
    }

    private async Task CleanAsync(CleanWork work, IReadOnlyList<PendingFile> batch, CleanBuffers buffers, CancellationToken cancellationToken)
    {
        try
        {
            await batches.LoadAsync(work, batch, buffers, cancellationToken);
        }
        catch (DamagedFileException damaged)
        {
            throw await ExplainAsync(damaged, work.Target, cancellationToken);
        }
    }

    // the run goes back to the drain, which repairs what it can: once, so whatever else is damaged is looked for now
    private async Task<StageFailedException> ExplainAsync(DamagedFileException damaged, CleanTarget target, CancellationToken cancellationToken)
    {
        var file = damaged.File;
        await audit.MarkAsync(file.Id, cancellationToken);
        var others = 0;
        foreach (var other in (await cleaned.PendingAsync(target, null, cancellationToken)).Where(other => other.Id != file.Id))
        {
            if (!await audit.IsAsLandedAsync(other.Path, other.Checksum, cancellationToken))
            {
                await audit.MarkAsync(other.Id, cancellationToken);
                others++;
            }
        }

        return new StageFailedException(
            $"The landing file '{folder.FullPath(file.Path)}' (topic '{file.Topic}', partition {file.Partition}, offsets {file.FirstOffset} to {file.LastOffset}, {file.Records} records) {damaged.How}{(others > 0 ? $", and {others} more of the data set's files are missing or damaged" : "")}. "
            + $"The next drain makes it anew where Kafka still has these offsets. If it cannot, put the file back from a backup and retry the run; or, if it is lost for good, delete its row {file.Id} from 'landing_file': its records are then left out, and rows that it has given already stay as they are.")
        {
            RestartFrom = $"drain-{target.DataSet.Key}",
        };
    }
}
