using System.Diagnostics;
using Dapper;
using Microsoft.Extensions.Options;
using PinScheduler.Database;
using PinScheduler.Hosting;
using PinScheduler.Source.Generator;

namespace PinScheduler.Source;

/// <summary>
/// Fills the source tables where they do not exist, in our own database only. They are filled under other names and renamed all at once:
/// a seeding that was interrupted has left no source, and is done again.
/// </summary>
internal sealed class SourceSeeder(Warehouse warehouse, SqlFolder sql, IOptions<SourceOptions> options, IConfiguration configuration, TimeProvider time, ILogger<SourceSeeder> log)
{
    // on our own tables, so that a user's are never replaced
    private const string Mark = "seeded by PinScheduler";

    // seeding a large source takes minutes, and nobody may start without one
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(30);

    /// <summary>False for a test of the way without LOAD DATA.</summary>
    internal bool AllowLoad { get; init; } = true;

    /// <summary>Seeds the source when there is none; does nothing where the user has one of their own.</summary>
    /// <exception cref="InvalidOperationException">Some of the three tables exist and some do not.</exception>
    public async Task EnsureAsync(CancellationToken cancellationToken)
    {
        if (IsElsewhere)
        {
            return;
        }

        if (await ExistsAsync(cancellationToken))
        {
            await DropLeftoversAsync(cancellationToken);
            return;
        }

        await using var held = await HoldAsync(cancellationToken);
        if (!await ExistsAsync(cancellationToken))
        {
            await FillAsync(options.Value.Posts, cancellationToken);
        }
    }

    /// <summary>Seeds the source anew with so many posts, in place of one that was seeded before.</summary>
    /// <exception cref="InvalidOperationException">The source is the user's own.</exception>
    public async Task SeedAsync(long posts, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(posts, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(posts, SourceOptionsValidator.MostPosts);
        if (IsElsewhere)
        {
            throw new InvalidOperationException("'ConnectionStrings:Source' names a source of your own, which is only read; remove it to have one seeded.");
        }

        await using var held = await HoldAsync(cancellationToken);
        await ExistsAsync(cancellationToken);
        if ((await TablesAsync(cancellationToken)).FirstOrDefault(static table => table.Comment != Mark).Name is { } own)
        {
            throw new InvalidOperationException($"The table '{own}' was not seeded by PinScheduler, so it is not replaced; rename or drop it first.");
        }

        await FillAsync(posts, cancellationToken);
    }

    private bool IsElsewhere => !string.IsNullOrEmpty(configuration.GetConnectionString("Source"));

    private async Task<NamedLock> HoldAsync(CancellationToken cancellationToken) =>
        await NamedLock.TryTakeAsync(warehouse, "source", Patience, time, cancellationToken)
        ?? throw new InvalidOperationException($"Another process has been seeding the source for {Patience.TotalMinutes:0} minutes; see what it does and start again.");

    private async Task<bool> ExistsAsync(CancellationToken cancellationToken)
    {
        var there = (await TablesAsync(cancellationToken)).Select(static table => table.Name).ToList();
        var missing = SourceTable.All.Select(static table => table.Name).Except(there).ToList();
        return missing.Count is 0 or 3
            ? missing.Count == 0
            : throw new InvalidOperationException($"The database '{warehouse.DatabaseName}' has the source table {string.Join(" and ", there)}, but not {string.Join(" and ", missing)}. Add what is missing, or rename what is there to have a source seeded.");
    }

    // of a seeding in place of another that was cut off; they may be large
    private async Task DropLeftoversAsync(CancellationToken cancellationToken)
    {
        var left = (await TablesAsync(SourceTable.All.SelectMany(static table => new[] { table.Unfinished, table.Replaced }), cancellationToken)).Where(static table => table.Comment == Mark).ToList();
        if (left.Count == 0)
        {
            return;
        }

        await using var held = await NamedLock.TryTakeAsync(warehouse, "source", TimeSpan.Zero, time, cancellationToken);
        if (held is not null)
        {
            await using var connection = await warehouse.OpenAsync(cancellationToken);
            await connection.ExecuteAsync("drop table if exists " + string.Join(", ", left.Select(static table => table.Name)));
        }
    }

    private Task<IReadOnlyList<(string Name, string Comment)>> TablesAsync(CancellationToken cancellationToken) =>
        TablesAsync(SourceTable.All.Select(static table => table.Name), cancellationToken);

    private async Task<IReadOnlyList<(string Name, string Comment)>> TablesAsync(IEnumerable<string> names, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        return [.. await connection.QueryAsync<(string, string)>(new CommandDefinition(
            "select table_name, table_comment from information_schema.tables where table_schema = database() and table_name in @names",
            new { names },
            cancellationToken: cancellationToken))];
    }

    private async Task FillAsync(long posts, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        SourceLog.Seeding(log, posts);
        var rows = new SourceRows(options.Value.Seed, posts, options.Value.EdgeShare);
        await Task.WhenAll(SourceTable.All.Select(table => FillAsync(table, rows, posts, cancellationToken)));
        await PublishAsync(cancellationToken);
        SourceLog.Seeded(log, posts, (long)Stopwatch.GetElapsedTime(started).TotalMilliseconds);
    }

    private async Task FillAsync(SourceTable table, SourceRows rows, long posts, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition($"drop table if exists {table.Unfinished}, {table.Replaced}", cancellationToken: cancellationToken));
        await connection.ExecuteAsync(new CommandDefinition(table.Definition(sql, table.Unfinished, Mark), cancellationToken: cancellationToken));
        await new TableFill(connection, table.Unfinished, table.Columns).RunAsync(Numbers(posts).Select(post => table.Row(rows, post)), AllowLoad, cancellationToken);
    }

    private async Task PublishAsync(CancellationToken cancellationToken)
    {
        var there = (await TablesAsync(cancellationToken)).Select(static table => table.Name).ToHashSet();
        var old = SourceTable.All.Where(table => there.Contains(table.Name)).ToList();
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        // one statement, which is done whole or not at all, also over a crash
        await connection.ExecuteAsync("rename table " + string.Join(", ", [.. old.Select(static table => $"{table.Name} to {table.Replaced}"), .. SourceTable.All.Select(static table => $"{table.Unfinished} to {table.Name}")]));
        await connection.ExecuteAsync("drop table if exists " + string.Join(", ", SourceTable.All.Select(static table => table.Replaced)));
    }

    private static IEnumerable<long> Numbers(long count)
    {
        for (long number = 0; number < count; number++)
        {
            yield return number;
        }
    }
}
