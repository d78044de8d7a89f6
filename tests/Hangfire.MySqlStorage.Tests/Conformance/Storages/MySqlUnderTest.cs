using Hangfire.MySqlStorage.Tests.Support;
using MySqlConnector;

namespace Hangfire.MySqlStorage.Tests.Conformance.Storages;

public sealed class MySqlUnderTest : StorageUnderTest
{
    private static readonly string[] Tables = ["Job", "JobParameter", "State", "JobQueue", "Counter", "AggregatedCounter", "Hash", "List", "Set", "Server"];

    private readonly TestStorage _database = new("conformance");
    private readonly MySqlConnection _connection;

    public MySqlUnderTest()
    {
        _connection = new MySqlConnection(_database.ConnectionString);
        _connection.Open();
    }

    public override string Name => "MySql";

    public override JobStorage Storage => _database.Storage;

    public override void Empty()
    {
        using var delete = new MySqlCommand(string.Concat(Tables.Select(table => $"delete from `{table}`;")), _connection);
        delete.ExecuteNonQuery();
    }

    public override void Dispose()
    {
        _connection.Dispose();
        _database.Dispose();
    }
}
