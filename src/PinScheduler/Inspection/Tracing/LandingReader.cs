using Dapper;
using PinScheduler.Database;

namespace PinScheduler.Inspection.Tracing;

/// <summary>The ledger of landing files, as it is asked by offset or by run.</summary>
internal sealed class LandingReader(Warehouse warehouse)
{
    private const string Files =
        """
        select f.path as Path, f.data_set as DataSet, f.topic as Topic, coalesce(t.ordinal, 1) as Life, f.`partition` as `Partition`,
            f.first_offset as FirstOffset, f.last_offset as LastOffset, f.records as Records, f.dead_letters as DeadLetters, f.bytes as Bytes, f.checksum as Checksum,
            cast(f.run as char) as LandedByRun, cast(c.run as char) as CleanedByRun, c.cleaned_at as CleanedAt, c.accepted as Accepted, c.duplicates as Duplicates, c.rejected as Rejected, f.removed_at as RemovedAt,
            f.id as Id, f.incarnation as Incarnation, f.consumed as Consumed
        from landing_file f
        left join topic_incarnation t on t.topic = f.topic and t.incarnation = f.incarnation
        left join cleaned_file c on c.landing_file = f.id and c.rules = f.cleaned_with
        """;

    /// <summary>The topic's life of that number, or its last; null where none was ever drained.</summary>
    public Task<TopicLife?> LifeAsync(string topic, int? life, CancellationToken cancellationToken) => OneAsync<TopicLife?>(
        "select incarnation as Incarnation, ordinal as Ordinal from topic_incarnation where topic = @topic and (@life is null or ordinal = @life) order by ordinal desc limit 1", new { topic, life }, cancellationToken);

    public async Task<TracedFile?> FileAtAsync(string topic, string incarnation, int partition, long offset, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        return (await connection.QueryAsync<RunFileView, FileKey, TracedFile>(
            new CommandDefinition(
                $"{Files} where f.topic = @topic and f.incarnation = @incarnation and f.`partition` = @partition and f.first_offset <= @offset and f.last_offset >= @offset order by f.first_offset desc limit 1",
                new { topic, incarnation, partition, offset }, cancellationToken: cancellationToken),
            static (view, key) => new TracedFile(view, key.Id, key.Incarnation, key.Consumed))).SingleOrDefault();
    }

    /// <summary>The offsets of a file that hold no record, packed; null where none were kept.</summary>
    public Task<byte[]?> HolesAsync(TracedFile file, CancellationToken cancellationToken) => OneAsync<byte[]?>(
        "select holes from landing_holes where topic = @Topic and incarnation = @Incarnation and `partition` = @Partition and first_offset = @FirstOffset",
        new { file.View.Topic, file.Incarnation, file.View.Partition, file.View.FirstOffset }, cancellationToken);

    public Task<(long First, long Last)?> GapAtAsync(string topic, string incarnation, int partition, long offset, CancellationToken cancellationToken) => OneAsync<(long, long)?>(
        "select first_offset, last_offset from landing_gap where topic = @topic and incarnation = @incarnation and `partition` = @partition and first_offset <= @offset and last_offset >= @offset",
        new { topic, incarnation, partition, offset }, cancellationToken);

    /// <summary>Why clean rejected a file's line; null where it did not.</summary>
    public Task<string?> RejectionAsync(long file, long line, CancellationToken cancellationToken) =>
        OneAsync<string?>("select reason from rejected_record where src = @file and line = @line limit 1", new { file, line }, cancellationToken);

    /// <summary>The run's state and end; null: there is no such run.</summary>
    public Task<(string State, DateTime? EndedAt)?> RunAsync(long run, CancellationToken cancellationToken) =>
        OneAsync<(string, DateTime?)?>("select state, ended_at from run where id = @run", new { run }, cancellationToken);

    public Task<DateTime?> AnalyzedAtAsync(long run, string analysis, CancellationToken cancellationToken) =>
        OneAsync<DateTime?>("select created_at from analysis_result where run = @run and analysis = @analysis", new { run, analysis }, cancellationToken);

    /// <summary>The files that the run landed or cleaned, in the order in which they were landed.</summary>
    public IAsyncEnumerable<RunFileView> OfRunAsync(long run, IReadOnlyCollection<string> dataSets, CancellationToken cancellationToken) => ManyAsync(
        $"{Files} where f.data_set in @dataSets and f.id in (select id from landing_file where run = @run union select landing_file from cleaned_file where run = @run) order by f.id", new { run, dataSets }, cancellationToken);

    /// <summary>Every file whose records were in the clean tables at that time.</summary>
    public IAsyncEnumerable<RunFileView> CleanedByAsync(DateTime? at, IReadOnlyCollection<string> dataSets, CancellationToken cancellationToken) => ManyAsync(
        $"{Files} where f.data_set in @dataSets and exists (select 1 from cleaned_file d where d.landing_file = f.id and (@at is null or d.cleaned_at <= @at)) order by f.id", new { at, dataSets }, cancellationToken);

    /// <summary>Every topic that was ever drained, by name.</summary>
    public async Task<IReadOnlyList<string>> TopicsAsync(CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        return (await connection.QueryAsync<string>(new CommandDefinition("select distinct topic from topic_incarnation order by topic", cancellationToken: cancellationToken))).AsList();
    }

    /// <summary>The newest files first, with their numbers in the ledger.</summary>
    /// <param name="topic">Only this topic's; null: all.</param>
    /// <param name="run">Only what this run landed or cleaned; null: all.</param>
    /// <param name="state">Only these: one of <see cref="FileState.All"/>; null: all.</param>
    /// <param name="before">Only files with a smaller number; null: from the newest.</param>
    /// <param name="limit">So many at most.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<IReadOnlyList<ListedFile>> ListAsync(string? topic, long? run, string? state, long? before, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        var runs = run is null ? "" : "and f.id in (select id from landing_file where run = @run union select landing_file from cleaned_file where run = @run)";
        return (await connection.QueryAsync<RunFileView, FileKey, FileTimes, ListedFile>(
            new CommandDefinition(
                $"""
                {Files.Replace("f.consumed as Consumed", "f.consumed as Consumed, f.created_at as LandedAt, f.damaged_at as DamagedAt", StringComparison.Ordinal)}
                where (@topic is null or f.topic = @topic) and (@before is null or f.id < @before) {runs} {(state is null ? "" : "and " + FileState.Condition(state))}
                order by f.id desc limit @limit
                """,
                new { topic, run, before, limit }, cancellationToken: cancellationToken),
            static (view, key, times) => new ListedFile(view, key.Id, times.LandedAt, FileState.Of(view, times.DamagedAt)), splitOn: "Id,LandedAt")).AsList();
    }

    private async IAsyncEnumerable<RunFileView> ManyAsync(string sql, object parameters, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        await foreach (var file in connection.QueryUnbufferedAsync<RunFileView>(sql, parameters).WithCancellation(cancellationToken))
        {
            yield return file;
        }
    }

    private async Task<T?> OneAsync<T>(string sql, object parameters, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<T>(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken));
    }
}

internal sealed record TopicLife(string Incarnation, int Ordinal);

/// <summary>A file, with what else is needed to find an offset in it.</summary>
internal sealed record TracedFile(RunFileView View, long Id, string Incarnation, long Consumed);

internal sealed record FileKey(long Id, string Incarnation, long Consumed);

/// <summary>A file of a list, its number in the ledger, when it was landed and how it is now.</summary>
internal sealed record ListedFile(RunFileView View, long Id, DateTime LandedAt, string State);

internal sealed record FileTimes(DateTime LandedAt, DateTime? DamagedAt);
