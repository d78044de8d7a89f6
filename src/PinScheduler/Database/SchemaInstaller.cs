using Dapper;
using MySqlConnector;
using PinScheduler.Hosting;

namespace PinScheduler.Database;

/// <summary>Brings the database to the newest schema: the numbered files of sql/schema, each once, in order, under a lock.</summary>
internal sealed class SchemaInstaller(Warehouse warehouse, SqlFolder sql, TimeProvider time)
{
    /// <exception cref="InvalidOperationException">Another process held the schema's lock for two minutes, or a file is misnamed.</exception>
    public async Task InstallAsync(CancellationToken cancellationToken)
    {
        await using var held = await NamedLock.TryTakeAsync(warehouse, "schema", TimeSpan.FromMinutes(2), time, cancellationToken)
            ?? throw new InvalidOperationException("Another process has been changing the schema for two minutes; see what holds it and start again.");
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        await connection.ExecuteAsync("create table if not exists schema_version (version int primary key, name varchar(200) not null, applied_at datetime(6) not null)");
        var done = (await connection.QueryAsync<int>("select version from schema_version")).ToHashSet();
        foreach (var (version, file) in Files().Where(file => !done.Contains(file.Version)))
        {
            await ApplyAsync(connection, file, cancellationToken);
            await connection.ExecuteAsync("insert into schema_version values (@version, @name, utc_timestamp(6))", new { version, name = Path.GetFileName(file) });
        }
    }

    /// <summary>The scripts that have been applied, newest first.</summary>
    public async Task<IReadOnlyList<AppliedScript>> AppliedAsync(CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        return (await connection.QueryAsync<AppliedScript>(new CommandDefinition("select version as Version, name as Name, applied_at as AppliedAt from schema_version order by version desc", cancellationToken: cancellationToken))).AsList();
    }

    // DDL commits by itself, so a file that died in the middle runs again: its statements are "if not exists", or it is one that adds columns or keys
    private static async Task ApplyAsync(MySqlConnection connection, string file, CancellationToken cancellationToken)
    {
        try
        {
            await connection.ExecuteAsync(new CommandDefinition(await File.ReadAllTextAsync(file, cancellationToken), commandTimeout: 600, cancellationToken: cancellationToken));
        }
        catch (MySqlException exception) when (exception.ErrorCode is MySqlErrorCode.DuplicateFieldName or MySqlErrorCode.DuplicateKeyName)
        {
            // MySQL has no "add column if not exists", nor one for keys; they are added together or not at all, so all of them are there
        }
    }

    private IEnumerable<(int Version, string File)> Files() =>
        sql.Files("schema").Select(file => int.TryParse(Path.GetFileName(file).Split('_')[0], out var version)
            ? (version, file)
            : throw new InvalidOperationException($"'{file}' must be named NNNN_what.sql."));
}

internal sealed record AppliedScript(int Version, string Name, DateTime AppliedAt);
