using System.Globalization;
using Dapper;
using MySqlConnector;
using PinScheduler.Database;
using PinScheduler.Landing;
using PinScheduler.Stages.Clean.Loading;
using PinScheduler.Stages.Clean.Rules;

namespace PinScheduler.Stages.Clean;

/// <summary>Loads a batch of files in one transaction: wholly or not at all.</summary>
internal sealed class BatchLoader(Warehouse warehouse, LandingFolder folder, TimeProvider time)
{
    private static readonly LoadTable RejectedTable = new("rejected_record", ["data_set", "file", "line", "reason", "raw", "src", "rules"]);

    /// <exception cref="DamagedFileException">Of a file that is not as it was landed; the others that are not behind it in its partition have been loaded.</exception>
    public async Task LoadAsync(CleanWork work, IReadOnlyList<PendingFile> batch, CleanBuffers buffers, CancellationToken cancellationToken)
    {
        if (BatchSize.IsAlone(batch[0]))
        {
            await LoadAsync(work, () => Task.FromResult<LandedLines>(new StreamedLines(folder, batch[0])), buffers, cancellationToken);
            return;
        }

        DamagedFileException? damaged = null;
        await LoadAsync(work, async () =>
        {
            var lines = await SortedLines.OpenAsync(folder, batch, cancellationToken);
            damaged = lines.Damaged;
            return lines;
        }, buffers, cancellationToken);
        if (damaged is not null)
        {
            throw damaged;
        }
    }

    private async Task LoadAsync(CleanWork work, Func<Task<LandedLines>> open, CleanBuffers buffers, CancellationToken cancellationToken)
    {
        var counted = 0L;
        var figures = new List<(PendingFile File, CleanFigures Figures)>();
        await warehouse.TransactAsync(async (connection, transaction) =>
        {
            // a deadlock brings us here again
            work.Progress.Add(-counted);
            counted = 0;
            figures.Clear();
            var started = time.GetTimestamp();
            await using var lines = await open();
            if (lines.Files.Count == 0)
            {
                return;
            }

            await CleanOrder.BeginAsync(connection, transaction);
            var added = await LoadAsync(work, lines, buffers, connection, transaction, records =>
            {
                counted += records;
                work.Progress.Add(records);
            }, cancellationToken);
            var accepted = await AcceptedAsync(work, lines.Files, added, connection, transaction, cancellationToken);
            foreach (var file in lines.Files.Where(static file => file.Rejected > 0))
            {
                await LoadRejectedAsync(work, file, buffers, connection, transaction, cancellationToken);
            }

            var (took, bytes) = (time.GetElapsedTime(started), (double)lines.Files.Sum(static file => file.File.Bytes));
            figures.AddRange(lines.Files.Select(file => (file.File, FiguresOf(work, file, accepted.GetValueOrDefault(file.File.Id), took * (bytes > 0 ? file.File.Bytes / bytes : 1)))));
            var number = await CleanOrder.NextAsync(connection, transaction, work.Target.DataSet, cancellationToken);
            foreach (var (file, one) in figures)
            {
                await CleanedFiles.RecordAsync(connection, transaction, work.Target, file, one, work.Context.RunId, number);
            }

            await CleanTables.CheckAsync(connection, transaction, work.Target);
            await work.Context.Fence.CheckAsync(connection, transaction);
        }, cancellationToken);
        foreach (var (file, one) in figures)
        {
            CleanLog.Cleaned(work.Context.Log, file.Path, one.Records, one.Accepted, one.Duplicates, one.Rejected, one.MegabytesPerSecond, one.NullsText);
        }
    }

    private static async Task<long> LoadAsync(CleanWork work, LandedLines lines, CleanBuffers buffers, MySqlConnection connection, MySqlTransaction transaction, Action<long> read, CancellationToken cancellationToken)
    {
        var accepted = 0L;
        await new CleanRows(lines, new LineCleaner(work.Rules), buffers, read).LoadAsync(async chunk =>
        {
            await using var clean = chunk.CleanLines();
            await using var facts = chunk.FactLines();
            var added = await work.Loader.LoadAsync(connection, transaction, work.Table, clean, cancellationToken);
            if (await work.Loader.LoadAsync(connection, transaction, work.FactTable, facts, cancellationToken) is var facted && facted != added)
            {
                throw new InvalidOperationException($"Of {clean.Rows} rows of {NamesOf(lines.Files)} {added} were new in '{work.Table.Name}', but {facted} in '{work.FactTable.Name}', and both must hold the same keys (ind, h); nothing was kept. See what else writes to one of these tables.");
            }

            accepted += added;
        }, cancellationToken);
        return accepted;
    }

    // where all rows were new, as in a first load, it is known already; else who of several files brought a row first stands in the row
    private static async Task<IReadOnlyDictionary<long, long>> AcceptedAsync(CleanWork work, IReadOnlyList<FileTally> files, long added, MySqlConnection connection, MySqlTransaction transaction, CancellationToken cancellationToken)
    {
        if (added == files.Sum(static file => file.Sent))
        {
            return files.ToDictionary(static file => file.File.Id, static file => file.Sent);
        }

        if (files.Count == 1)
        {
            return new Dictionary<long, long> { [files[0].File.Id] = added };
        }

        var accepted = (await connection.QueryAsync<(long Source, long Rows)>(new CommandDefinition(
            $"select src, count(*) from `{work.FactTable.Name}` where src in @files group by src", new { files = files.Select(static file => file.File.Id) }, transaction, commandTimeout: 0, cancellationToken: cancellationToken)))
            .ToDictionary(static row => row.Source, static row => row.Rows);
        return accepted.Values.Sum() is var sum && sum == added
            ? accepted
            : throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"{added} rows of {NamesOf(files)} were new, but '{work.FactTable.Name}' holds {sum} of them; nothing was kept. Look for rows with their src ({string.Join(", ", files.Select(static file => file.File.Id))}) that were there before."));
    }

    private async Task LoadRejectedAsync(CleanWork work, FileTally file, CleanBuffers buffers, MySqlConnection connection, MySqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var again = file.File.Open(folder);
        await using var rejects = new RejectedRows(new LineReader(again), new LineCleaner(work.Rules), buffers.Chunks[0].Clean, new RejectedFile(file.File.Id, work.Target.DataSet.Key, file.File.Path, work.Target.Rules));
        if (await work.Loader.LoadAsync(connection, transaction, RejectedTable, rejects, cancellationToken) != file.Rejected)
        {
            throw new InvalidOperationException($"'{file.File.Path}' has {file.Rejected} rejected records, but not so many could be added to 'rejected_record'; nothing of the file was kept. Look for rows with src = {file.File.Id} there that should not be.");
        }
    }

    private static CleanFigures FiguresOf(CleanWork work, FileTally file, long accepted, TimeSpan took) =>
        new(file.Records, accepted, file.Records - file.Rejected - accepted, file.Rejected)
        {
            Nulls = work.Rules.Columns.Zip(file.Nulls).Where(static one => one.Second > 0).ToDictionary(static one => one.First, static one => one.Second),
            Bytes = file.File.Bytes,
            Took = took,
        };

    private static string NamesOf(IReadOnlyList<FileTally> files) => $"'{files[0].File.Path}'" + (files.Count > 1 ? $" and {files.Count - 1} more files" : "");
}
