using Dapper;
using MySqlConnector;

namespace PinScheduler.Orchestration.Events;

/// <summary>Writes events to `event_outbox`, in the transaction that makes them true; sending them is no run's business.</summary>
internal sealed class EventOutbox(EventChannels channels, ILogger<EventOutbox> log)
{
    public bool Want(string kind) => channels.Want(kind);

    /// <summary>Only where somebody wants to be told; the log has it in any case.</summary>
    public async Task AddAsync(MySqlConnection connection, MySqlTransaction transaction, RunEvent happened)
    {
        OrchestrationLog.Happened(log, happened.Run, happened.Pipeline, happened.Kind);
        if (channels.Want(happened.Kind))
        {
            await SendAsync(connection, transaction, happened);
        }
    }

    public async Task SendAsync(MySqlConnection connection, MySqlTransaction transaction, RunEvent happened)
    {
        var id = Guid.NewGuid().ToString("N");
        foreach (var channel in channels.Names)
        {
            await connection.ExecuteAsync(
                "insert into event_outbox (event_id, channel, kind, run_id, facts, created_at, next_attempt_at) values (@id, @channel, @Kind, @Run, @facts, utc_timestamp(6), utc_timestamp(6))",
                new { id, channel, happened.Kind, happened.Run, facts = happened.Write() }, transaction);
        }
    }
}
