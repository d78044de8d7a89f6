using Microsoft.Extensions.Options;
using MySqlConnector;
using PinScheduler.Database;
using PinScheduler.Landing;
using PinScheduler.Stages.Clean.Facts;
using PinScheduler.Stages.Clean.Loading;
using PinScheduler.Stages.Clean.Rules;

namespace PinScheduler.Stages.Clean;

/// <summary>Loads pending files into a table, each wholly or not at all; partitions side by side, the files of one in turn.</summary>
internal sealed class FileCleaner(Warehouse warehouse, LandingFolder folder, LandingAudit audit, CleanedFiles cleaned, FactKeys keys, CleanSlots slots, IOptions<CleanOptions> options, TimeProvider time)
{
    // small files share a transaction, for a commit costs a wait for the disk; a large one is undone soon enough after a crash
    private const long BatchBytes = 128 * 1024 * 1024;

    private static readonly string[] Technical = ["h", "src"];
    private static readonly LoadTable RejectedTable = new("rejected_record", ["data_set", "file", "line", "reason", "raw", "src", "rules"]);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(10);

    public async Task CleanAsync(CleanTarget target, RecordRules rules, StageContext context, CancellationToken cancellationToken)
    {
        if (await cleaned.PendingAsync(target, null, cancellationToken) is { Count: > 0 } pending)
        {
            await keys.BeforeLoadAsync(target, pending.Sum(static file => file.Records), context, cancellationToken);
            await LoadAsync(target, rules, pending, context, cancellationToken);
        }

        await keys.AfterLoadAsync(target, context, cancellationToken);
    }

    private async Task LoadAsync(CleanTarget target, RecordRules rules, IReadOnlyList<PendingFile> pending, StageContext context, CancellationToken cancellationToken)
    {
        var progress = new CleanProgress(pending.Sum(file => file.Records), context.Report);
        CleanLog.Cleaning(context.Log, pending.Count, progress.Total, target.Table);
        var loader = await LoaderAsync(context.Log, cancellationToken);
        var facts = FactColumns.Of(target.DataSet);
        var work = new CleanWork(target, rules, new LoadTable(target.Table, [.. rules.Columns, .. Technical]), new LoadTable(target.FactTable, ["ind", "h", facts.First, facts.Second, "src"]), facts, loader, progress, context);
        await Parallel.ForEachAsync(
            pending.Select(file => file.Partition).Distinct(),
            new ParallelOptions { MaxDegreeOfParallelism = options.Value.CleanConnections, CancellationToken = cancellationToken },
            async (partition, token) => await CleanPartitionAsync(work, partition, token));
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

    private async Task CleanPartitionAsync(CleanWork work, int partition, CancellationToken cancellationToken)
    {
        using var slot = await slots.TakeAsync(work.FactColumns, cancellationToken);
        // a partition's files share rows; loaded side by side they would wait for each other, or deadlock (warehouse.md §3.3)
        await using var held = await HoldAsync(work, partition, cancellationToken);
        var buffers = slot.Buffers;
        var batch = new List<PendingFile>();
        foreach (var file in await cleaned.PendingAsync(work.Target, partition, cancellationToken))
        {
            if (batch.Count > 0 && batch.Sum(other => other.Bytes) + file.Bytes > BatchBytes)
            {
                await CleanBatchAsync(work, batch, buffers, cancellationToken);
                batch.Clear();
            }

            batch.Add(file);
        }

        await CleanBatchAsync(work, batch, buffers, cancellationToken);
    }

    private async Task<NamedLock> HoldAsync(CleanWork work, int partition, CancellationToken cancellationToken)
    {
        var name = $"clean:{work.Target.DataSet.Key}:{partition}";
        if (await NamedLock.TryTakeAsync(warehouse, name, TimeSpan.Zero, time, cancellationToken) is { } free)
        {
            return free;
        }

        CleanLog.WaitingForPartition(work.Context.Log, partition);
        return await NamedLock.TryTakeAsync(warehouse, name, LongestWait, time, cancellationToken)
            ?? throw new StageFailedException($"Another cleaner has held partition {partition} of '{work.Target.DataSet.Key}' for {LongestWait.TotalMinutes:0} minutes; see which run cleans it (lock '{name}').", retry: true);
    }

    private async Task CleanBatchAsync(CleanWork work, List<PendingFile> batch, CleanBuffers buffers, CancellationToken cancellationToken)
    {
        if (batch.Count == 0)
        {
            return;
        }

        try
        {
            await LoadBatchAsync(work, batch, buffers, cancellationToken);
        }
        catch (DamagedFileException damaged)
        {
            throw await ExplainAsync(damaged, work.Target.DataSet, cancellationToken);
        }
    }

    private async Task LoadBatchAsync(CleanWork work, List<PendingFile> batch, CleanBuffers buffers, CancellationToken cancellationToken)
    {
        var counted = 0L;
        var figures = new List<CleanFigures>();
        await warehouse.TransactAsync(async (connection, transaction) =>
        {
            // a deadlock brings us here again
            work.Progress.Add(-counted);
            counted = 0;
            figures.Clear();
            foreach (var file in batch)
            {
                figures.Add(await LoadAsync(work, file, buffers, connection, transaction, records =>
                {
                    counted += records;
                    work.Progress.Add(records);
                }, cancellationToken));
            }

            var number = await CleanOrder.NextAsync(connection, transaction, work.Target.DataSet, cancellationToken);
            foreach (var (file, one) in batch.Zip(figures))
            {
                await CleanedFiles.RecordAsync(connection, transaction, work.Target, file, one, work.Context.RunId, number);
            }

            await CleanTables.CheckAsync(connection, transaction, work.Target);
            await work.Context.Fence.CheckAsync(connection, transaction);
        }, cancellationToken);
        foreach (var (file, one) in batch.Zip(figures))
        {
            CleanLog.Cleaned(work.Context.Log, file.Path, one.Records, one.Accepted, one.Duplicates, one.Rejected, one.MegabytesPerSecond, one.NullsText);
        }
    }

    private async Task<CleanFigures> LoadAsync(CleanWork work, PendingFile file, CleanBuffers buffers, MySqlConnection connection, MySqlTransaction transaction, Action<long> read, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        await using var stream = Open(file);
        var lines = new LineReader(stream);
        var rows = new CleanRows(lines, new LineCleaner(work.Rules), buffers, file.Id, read);
        long sent = 0, accepted = 0;
        try
        {
            while (await rows.NextChunkAsync(cancellationToken))
            {
                await using var clean = rows.Clean();
                await using var facts = await rows.FactsAsync(cancellationToken);
                var added = await work.Loader.LoadAsync(connection, transaction, work.Table, clean, cancellationToken);
                if (await work.Loader.LoadAsync(connection, transaction, work.FactTable, facts, cancellationToken) is var facted && facted != added)
                {
                    throw new InvalidOperationException($"Of {clean.Rows} rows of '{file.Path}' {added} were new in '{work.Table.Name}', but {facted} in '{work.FactTable.Name}', and both must hold the same keys (ind, h); nothing was kept. See what else writes to one of these tables.");
                }

                sent += clean.Rows;
                accepted += added;
            }
        }
        catch (InvalidDataException)
        {
            throw new DamagedFileException(file, "is not as it was landed: it cannot be unpacked");
        }

        if (lines.Checksum != file.Checksum)
        {
            throw new DamagedFileException(file, $"is not as it was landed: its checksum is {lines.Checksum}, not {file.Checksum}");
        }

        if (rows.Rejected > 0)
        {
            await using var again = Open(file);
            await using var rejects = new RejectedRows(new LineReader(again), new LineCleaner(work.Rules), buffers.Clean, new RejectedFile(file.Id, work.Target.DataSet.Key, file.Path, work.Target.Rules));
            if (await work.Loader.LoadAsync(connection, transaction, RejectedTable, rejects, cancellationToken) != rows.Rejected)
            {
                throw new InvalidOperationException($"'{file.Path}' has {rows.Rejected} rejected records, but not so many could be added to 'rejected_record'; nothing of the file was kept. Look for rows with src = {file.Id} there that should not be.");
            }
        }

        var nulls = work.Rules.Columns.Zip(rows.Nulls).Where(static one => one.Second > 0).ToDictionary(static one => one.First, static one => one.Second);
        return new CleanFigures(rows.Records, accepted, sent - accepted, rows.Rejected) { Nulls = nulls, Bytes = file.Bytes, Took = time.GetElapsedTime(started) };
    }

    private Stream Open(PendingFile file)
    {
        try
        {
            return folder.OpenRead(file.Path);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new DamagedFileException(file, "is missing");
        }
    }

    // who finds the damage sends the run back to its drain, which repairs what it can; who finds it known knows that it could not
    private async Task<StageFailedException> ExplainAsync(DamagedFileException damaged, DataSet dataSet, CancellationToken cancellationToken)
    {
        var file = damaged.File;
        var news = await audit.MarkAsync(file.Id, cancellationToken);
        return new StageFailedException(
            $"The landing file '{folder.FullPath(file.Path)}' (topic '{file.Topic}', partition {file.Partition}, offsets {file.FirstOffset} to {file.LastOffset}, {file.Records} records) {damaged.How}. "
            + $"The next drain makes it anew where Kafka still has these offsets. If it cannot, put the file back from a backup and retry the run; or, if it is lost for good, delete its row {file.Id} from 'landing_file': its records are then left out, and rows that it has given already stay as they are.")
        {
            RestartFrom = news ? $"drain-{dataSet.Key}" : null,
        };
    }

    private sealed class DamagedFileException(PendingFile file, string how) : Exception($"'{file.Path}' {how}.")
    {
        public PendingFile File { get; } = file;

        public string How { get; } = how;
    }
}
