using Hangfire.PostgreSql;
using Hangfire.PostgreSql.Factories;
using Npgsql;

namespace Hangfire.MySqlStorage.Tests.Conformance.Storages;

/// <summary>The peer that most people use.</summary>
public sealed class PostgreSqlUnderTest : StorageUnderTest
{
    private readonly PostgreSqlServer _server = new();
    private readonly NpgsqlConnection _connection;
    private readonly PostgreSqlStorage _storage;

    public PostgreSqlUnderTest()
    {
        var options = new PostgreSqlStorageOptions { QueuePollInterval = TimeSpan.FromMilliseconds(50) };
        _storage = new PostgreSqlStorage(new NpgsqlConnectionFactory(_server.ConnectionString, options), options);
        _connection = new NpgsqlConnection(_server.ConnectionString);
        _connection.Open();
    }

    public override string Name => "PostgreSql";

    public override JobStorage Storage => _storage;

    public override void Empty()
    {
        using var delete = new NpgsqlCommand(
            """
            delete from hangfire.job; delete from hangfire.jobqueue; delete from hangfire.counter; delete from hangfire.aggregatedcounter; delete from hangfire.hash;
            delete from hangfire.list; delete from hangfire.set; delete from hangfire.server; delete from hangfire.lock;
            """,
            _connection);
        delete.ExecuteNonQuery();
    }

    public override void Dispose()
    {
        _connection.Dispose();
        NpgsqlConnection.ClearAllPools();
        _server.Dispose();
    }
}
