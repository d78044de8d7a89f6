using System.Globalization;
using Dapper;
using Hangfire;
using MySqlConnector;
using PinScheduler.Database;
using PinScheduler.Orchestration.Jobs;

namespace PinScheduler.Telemetry;

/// <summary>What the database knows, which is the same on every server and outlives them all.</summary>
internal sealed class WarehouseReadings(Warehouse warehouse, JobStorage storage, ServedQueues queues)
{
    public async Task WriteAsync(PrometheusText text, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        var now = await connection.ExecuteScalarAsync<DateTime>(new CommandDefinition("select utc_timestamp(6)", cancellationToken: cancellationToken));
        await GaugeAsync(text, connection, "pinscheduler_runs", "Runs that are kept, by state.", ["pipeline", "state"], "select pipeline, state, count(*) from run group by pipeline, state", cancellationToken);
        await GaugeAsync(text, connection, "pinscheduler_last_success_timestamp_seconds", "When the last run that succeeded ended; to be told of a night that did not happen.", ["pipeline"],
            "select pipeline, unix_timestamp(max(ended_at)) from run where state = 'succeeded' group by pipeline", cancellationToken);
        await GaugeAsync(text, connection, "pinscheduler_last_run_seconds", "How long the newest ended run took, and how it ended.", ["pipeline", "state"],
            """
            select r.pipeline, r.state, (timestampdiff(microsecond, coalesce(r.started_at, r.ended_at), r.ended_at) - r.idle) / 1e6
            from run r inner join (select max(id) as id from run where ended_at is not null group by pipeline) newest on newest.id = r.id
            """, cancellationToken);
        await GaugeAsync(text, connection, "pinscheduler_tasks", "Tasks of active runs that have not ended, by state.", ["pipeline", "state"],
            "select r.pipeline, t.state, count(*) from run r inner join task_run t on t.run_id = r.id where r.state = 'running' and t.state in ('waiting', 'queued', 'running', 'retrying') group by r.pipeline, t.state", cancellationToken);
        await GaugeAsync(text, connection, "pinscheduler_paused", "1 while the pipeline is paused.", ["pipeline"],
            "select pipeline, paused_at is not null and (paused_until is null or paused_until > utc_timestamp(6)) from pipeline_state", cancellationToken);
        await GaugeAsync(text, connection, "pinscheduler_notifications", "Notifications of the outbox that have not been taken, by whether they are still tried.", ["state"],
            "select 'waiting', count(*) from event_outbox where sent_at is null and given_up_at is null union all select 'given_up', count(*) from event_outbox where given_up_at is not null", cancellationToken);

        var seen = queues.Look(now);
        text.Gauge("pinscheduler_queue_workers", "Workers of living servers, by queue.", seen.Workers.Select(queue => (Label("queue", queue.Key), (double)queue.Value)));
        text.Gauge("pinscheduler_queue_length", "Jobs that wait in the queue for a worker.", storage.GetMonitoringApi().Queues().Select(queue => (Label("queue", queue.Name), (double)queue.Length)));
    }

    private static async Task GaugeAsync(PrometheusText text, MySqlConnection connection, string name, string help, string[] labels, string sql, CancellationToken cancellationToken)
    {
        var values = new List<(string, double)>();
        await using var reader = await connection.ExecuteReaderAsync(new CommandDefinition(sql, cancellationToken: cancellationToken));
        while (await reader.ReadAsync(cancellationToken))
        {
            values.Add((PrometheusText.Labels([.. labels.Select((label, column) => KeyValuePair.Create(label, (object?)reader.GetValue(column)))]), Convert.ToDouble(reader.GetValue(labels.Length), CultureInfo.InvariantCulture)));
        }

        text.Gauge(name, help, values);
    }

    private static string Label(string name, string value) => PrometheusText.Labels([KeyValuePair.Create(name, (object?)value)]);
}
