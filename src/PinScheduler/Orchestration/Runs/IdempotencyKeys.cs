using Dapper;
using MySqlConnector;

namespace PinScheduler.Orchestration.Runs;

/// <summary>One key gives one run; keys are kept seven days. The caller holds the pipeline's lock.</summary>
internal static class IdempotencyKeys
{
    /// <exception cref="RefusedException">The key was used for something else.</exception>
    public static async Task<long?> FindAsync(MySqlConnection connection, MySqlTransaction transaction, string pipeline, IdempotencyKey key)
    {
        var (run, hash) = await connection.QuerySingleOrDefaultAsync<(long?, string?)>(
            "select run_id, body_hash from idempotency_key where pipeline = @pipeline and idempotency_key = @Key and created_at > utc_timestamp(6) - interval 7 day",
            new { pipeline, key.Key }, transaction);
        return run is null || hash == key.BodyHash
            ? run
            : throw RefusedException.Invalid($"The idempotency key '{key.Key}' has started run {run} with another body; use a new key for another run.");
    }

    public static Task KeepAsync(MySqlConnection connection, MySqlTransaction transaction, string pipeline, IdempotencyKey key, long run) => connection.ExecuteAsync(
        """
        delete from idempotency_key where pipeline = @pipeline and created_at <= utc_timestamp(6) - interval 7 day;
        insert into idempotency_key (pipeline, idempotency_key, body_hash, run_id, created_at) values (@pipeline, @Key, @BodyHash, @run, utc_timestamp(6));
        """, new { pipeline, key.Key, key.BodyHash, run }, transaction);
}
