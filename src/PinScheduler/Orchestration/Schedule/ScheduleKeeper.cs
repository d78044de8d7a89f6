using Dapper;
using Microsoft.Extensions.Options;
using MySqlConnector;
using PinScheduler.Database;
using PinScheduler.Orchestration.Graph;

namespace PinScheduler.Orchestration.Schedule;

/// <summary>
/// Sets the schedules of this server's pipelines, and keeps them: of servers that are configured otherwise, the one that was started last
/// decides for as long as it lives. When it is gone, or somebody has removed the recurring job, this server's comes back: a night that
/// silently does not happen is the worst.
/// </summary>
internal sealed class ScheduleKeeper(Warehouse warehouse, PipelineCatalog pipelines, RecurringJobs recurring, IOptions<OrchestrationOptions> options, TimeProvider time, ILogger<ScheduleKeeper> log) : PeriodicService(time, log)
{
    private const double LongestInterval = 15;

    private readonly string _me = $"{Environment.MachineName}:{Environment.ProcessId}:{Guid.NewGuid():N}";
    private readonly HashSet<(string Pipeline, string Schedule)> _told = [];

    protected override TimeSpan Interval => TimeSpan.FromSeconds(Math.Min(options.Value.ReconcileIntervalInSeconds, LongestInterval));

    protected override string WhileFailing => "Whether the schedules in force are this server's is not known";

    /// <summary>As long without a sign of life a server counts as gone.</summary>
    private TimeSpan Lease => 4 * Interval;

    /// <summary>At the start, before any worker runs.</summary>
    public async Task SetAllAsync(CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        foreach (var pipeline in pipelines.All)
        {
            if (await StoredAsync(connection, pipeline) is { } stored && !stored.Is(pipeline) && stored.Age < Lease)
            {
                OrchestrationLog.ScheduleTaken(log, pipeline.Key, StoredSchedule.Of(pipeline), stored.By!, stored.Text);
            }

            await SetAsync(connection, pipeline);
        }

        recurring.Register();
    }

    /// <summary>Once; to be repeated well within the lease.</summary>
    public override async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        foreach (var pipeline in pipelines.All)
        {
            var stored = await StoredAsync(connection, pipeline);
            if (stored is not null && !stored.Is(pipeline) && stored.Age < Lease)
            {
                if (_told.Add((pipeline.Key, stored.Text)))
                {
                    OrchestrationLog.ScheduleDiffers(log, pipeline.Key, StoredSchedule.Of(pipeline), stored.By!, stored.Text);
                }

                continue;
            }

            var isInForce = stored?.Is(pipeline) == true && recurring.Has(pipeline);
            await SetAsync(connection, pipeline);
            if (!isInForce)
            {
                recurring.Register(pipeline);
                OrchestrationLog.ScheduleRestored(log, pipeline.Key, StoredSchedule.Of(pipeline), stored?.Is(pipeline) == false ? $"'{stored.Text}' by a server that is gone" : "not among Hangfire's recurring jobs");
            }
        }
    }

    /// <summary>Others need not wait for the lease's end.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            await using var connection = await warehouse.OpenAsync(cancellationToken);
            await connection.ExecuteAsync(new CommandDefinition("update pipeline_state set scheduled_at = null where scheduled_by = @_me", new { _me }, cancellationToken: cancellationToken));
        }
        catch (Exception exception) when (Warehouse.IsDatabaseError(exception))
        {
            OrchestrationLog.ScheduleNotLeft(log, exception, Lease.TotalSeconds);
        }
    }

    // another schedule owes nothing for the time before it: assignments go from left to right, so cron and zone come after what they decide
    private Task<int> SetAsync(MySqlConnection connection, Pipeline pipeline) => connection.ExecuteAsync(
        """
        insert into pipeline_state (pipeline, cron, time_zone, last_scheduled_at, scheduled_from, scheduled_by, scheduled_at) values (@Key, @Cron, @TimeZone, @now, @now, @_me, utc_timestamp(6))
        on duplicate key update
            scheduled_from = if(cron <=> values(cron) and time_zone = values(time_zone), scheduled_from, greatest(last_scheduled_at, @now)),
            last_scheduled_at = if(cron <=> values(cron) and time_zone = values(time_zone), last_scheduled_at, greatest(last_scheduled_at, @now)),
            cron = values(cron),
            time_zone = values(time_zone),
            scheduled_by = values(scheduled_by),
            scheduled_at = values(scheduled_at)
        """, new { pipeline.Key, pipeline.Definition.Cron, pipeline.Definition.TimeZone, now = Clock.GetUtcNow().UtcDateTime, _me });

    private static Task<StoredSchedule?> StoredAsync(MySqlConnection connection, Pipeline pipeline) => connection.QuerySingleOrDefaultAsync<StoredSchedule?>(
        "select cron, time_zone as timeZone, scheduled_by as `by`, cast(timestampdiff(microsecond, scheduled_at, utc_timestamp(6)) / 1e6 as double) as seconds from pipeline_state where pipeline = @Key", new { pipeline.Key });

    private sealed record StoredSchedule(string? Cron, string TimeZone, string? By, double? Seconds)
    {
        public TimeSpan Age => Seconds is { } seconds ? TimeSpan.FromSeconds(seconds) : TimeSpan.MaxValue;

        public string Text => TextOf(Cron, TimeZone);

        public static string Of(Pipeline pipeline) => TextOf(pipeline.Definition.Cron, pipeline.Definition.TimeZone);

        public bool Is(Pipeline pipeline) => (Cron, TimeZone) == (pipeline.Definition.Cron, pipeline.Definition.TimeZone);

        private static string TextOf(string? cron, string timeZone) => cron is null ? "none" : $"{cron} in {timeZone}";
    }
}
