using Dapper;
using PinScheduler.Database;
using PinScheduler.Orchestration.Events;

namespace PinScheduler.Notifications;

/// <summary>Table `event_outbox`, as its sender sees it.</summary>
internal sealed class Outbox(Warehouse warehouse)
{
    private const string Columns = "id, event_id as EventId, channel, kind, run_id as Run, facts, created_at as CreatedAt, attempts, next_attempt_at as NextAttemptAt, sent_at as SentAt, given_up_at as GivenUpAt, last_error as Error";

    /// <summary>The oldest messages of a channel that are due.</summary>
    public async Task<List<OutboxRow>> DueAsync(string channel, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        return (await connection.QueryAsync<OutboxRow>(new CommandDefinition(
            $"select {Columns} from event_outbox where channel = @channel and sent_at is null and given_up_at is null and next_attempt_at <= utc_timestamp(6) order by id limit @limit",
            new { channel, limit }, cancellationToken: cancellationToken))).AsList();
    }

    /// <summary>Takes a message for one try: nobody else tries it meanwhile, and should this server die, it is tried again after that time.</summary>
    public async Task<bool> ClaimAsync(OutboxRow row, TimeSpan lease, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        return await connection.ExecuteAsync(new CommandDefinition(
            "update event_outbox set attempts = attempts + 1, next_attempt_at = utc_timestamp(6) + interval @lease microsecond where id = @Id and attempts = @Attempts and sent_at is null",
            new { row.Id, row.Attempts, lease = (long)lease.TotalMicroseconds }, cancellationToken: cancellationToken)) == 1;
    }

    public async Task MarkSentAsync(long id, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition("update event_outbox set sent_at = utc_timestamp(6), last_error = null where id = @id", new { id }, cancellationToken: cancellationToken));
    }

    /// <returns>Whether it is given up, having been tried for so long.</returns>
    public async Task<bool> MarkFailedAsync(long id, string error, TimeSpan again, TimeSpan patience, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            update event_outbox set last_error = left(@error, 1000), next_attempt_at = utc_timestamp(6) + interval @again microsecond,
                given_up_at = if(created_at < utc_timestamp(6) - interval @patience microsecond, utc_timestamp(6), null)
            where id = @id
            """, new { id, error, again = (long)again.TotalMicroseconds, patience = (long)patience.TotalMicroseconds }, cancellationToken: cancellationToken));
        return await connection.ExecuteScalarAsync<bool>(new CommandDefinition("select given_up_at is not null from event_outbox where id = @id", new { id }, cancellationToken: cancellationToken));
    }

    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<OutboxRow>> ListAsync(int limit, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        return (await connection.QueryAsync<OutboxRow>(new CommandDefinition($"select {Columns} from event_outbox order by id desc limit @limit", new { limit }, cancellationToken: cancellationToken))).AsList();
    }

    /// <summary>A message that belongs to no run.</summary>
    public Task AddAsync(EventOutbox outbox, RunEvent happened, CancellationToken cancellationToken) =>
        warehouse.TransactAsync((connection, transaction) => outbox.SendAsync(connection, transaction, happened), cancellationToken);
}
