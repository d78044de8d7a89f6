using System.Security.Cryptography;
using System.Text;
using Dapper;
using MySqlConnector;
using PinScheduler.Database;

namespace PinScheduler.Orchestration.Runs;

internal sealed class RunWarnings(Warehouse warehouse)
{
    /// <summary>The same text is kept once a run.</summary>
    public async Task AddAsync(long run, string task, string text, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        await AddAsync(connection, run, task, text, transaction: null);
    }

    public static Task AddAsync(MySqlConnection connection, long run, string? source, string text, MySqlTransaction? transaction) => connection.ExecuteAsync(
        "insert into run_warning (run_id, text_hash, source, text, created_at) values (@run, @hash, @source, @text, utc_timestamp(6)) on duplicate key update run_id = run_id",
        new { run, hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text))), source, text }, transaction);
}
