using Hangfire.MySql.Sql;
using Hangfire.MySqlStorage.Tests.Support;
using MySqlConnector;

namespace Hangfire.MySqlStorage.Tests;

public sealed class SqlBatchTests : IDisposable
{
    private readonly TestStorage _database = new(nameof(SqlBatchTests));

    public void Dispose() => _database.Dispose();

    /// <summary>The server keeps a copy of each statement of a block, so what is large goes without one; MySQL has no such blocks.</summary>
    [Theory]
    [InlineData(1000, true)]
    [InlineData(2_000_000, false)]
    public void Transaction_IsOneBlock_UnlessItIsLarge(int letters, bool inBlock)
    {
        using var connection = new MySqlConnection(_database.ConnectionString);
        connection.Open();
        var batch = new SqlBatch();
        batch.Add($"insert into Hash (`Key`, Field, Value) values ('k', 'f', {new string('x', letters)})").Enclose(0);

        using var command = batch.Command(connection);
        command.ExecuteNonQuery();

        Assert.Equal(inBlock && _database.IsMariaDb, command.CommandText.Contains("begin not atomic", StringComparison.Ordinal));
        Assert.Equal(letters, _database.Scalar<int>("select char_length(Value) from Hash"));
    }
}
