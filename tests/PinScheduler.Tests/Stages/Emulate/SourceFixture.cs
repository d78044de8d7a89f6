using Dapper;
using MySqlConnector;
using PinScheduler.Database;
using PinScheduler.Hosting;

namespace PinScheduler.Tests.Stages.Emulate;

/// <summary>A database with the warehouse's schema and small source tables of its own.</summary>
internal sealed class SourceFixture : IAsyncDisposable
{
    private SourceFixture(string connectionString)
    {
        ConnectionString = connectionString;
        Warehouse = new Warehouse(connectionString);
    }

    public string ConnectionString { get; }

    public Warehouse Warehouse { get; }

    /// <summary>Posts 1 to 40; key: how the index columns are declared.</summary>
    public static async Task<SourceFixture> CreateAsync(string name, string key = "int not null primary key", int posts = 40)
    {
        var source = new SourceFixture(MariaDb.CreateDatabase(name));
        await new SchemaInstaller(source.Warehouse, new SqlFolder(Path.Combine(MariaDb.Root, "sql")), TimeProvider.System).InstallAsync(default);
        await source.ExecuteAsync(
            $"""
            create table pinterest_data (`index` {key}, unique_id text, title text, follower_count text, downloaded tinyint(1), category text);
            create table geolocation_data (ind {key}, `timestamp` datetime(6), latitude double, longitude double, country text);
            create table user_data (ind {key}, first_name text, last_name text, age int, date_joined datetime);
            """);
        for (var index = 1; index <= posts; index++)
        {
            await source.ExecuteAsync(
                """
                insert into pinterest_data values (@index, uuid(), concat('title ', @index), '5k', 1, 'art');
                insert into geolocation_data values (@index, '2020-01-02 03:04:05', @index / 8, -@index, 'Aruba');
                insert into user_data values (@index, 'Ada', concat('Number ', @index), 20 + @index, '2016-01-01 00:00:00');
                """, new { index });
        }

        return source;
    }

    public async Task ExecuteAsync(string sql, object? parameters = null)
    {
        await using var connection = new MySqlConnection(ConnectionString);
        await connection.ExecuteAsync(sql, parameters);
    }

    public async Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? parameters = null)
    {
        await using var connection = new MySqlConnection(ConnectionString);
        return (await connection.QueryAsync<T>(sql, parameters)).AsList();
    }

    public ValueTask DisposeAsync() => Warehouse.DisposeAsync();
}
