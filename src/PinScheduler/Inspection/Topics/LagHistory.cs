using Dapper;
using PinScheduler.Database;

namespace PinScheduler.Inspection.Topics;

/// <summary>Table `lag_sample`: how far the drain was behind, minute by minute, for a week.</summary>
internal sealed class LagHistory(Warehouse warehouse)
{
    public const int DaysKept = 7;
    public const int MinutesKept = DaysKept * 24 * 60;

    /// <summary>The minute of now by the database's clock; null where somebody has noted it.</summary>
    public async Task<DateTime?> OpenMinuteAsync(CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<DateTime?>(new CommandDefinition(
            """
            with this_minute as (select cast(date_format(utc_timestamp(), '%Y-%m-%d %H:%i:00') as datetime) as at)
            select at from this_minute where not exists (select 1 from lag_sample where sampled_at = this_minute.at)
            """, cancellationToken: cancellationToken));
    }

    /// <summary>Keeps the lags as those of the minute; where another server was quicker, its stay.</summary>
    public async Task KeepAsync(DateTime minute, IReadOnlyList<TopicLag> lags, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        var rows = new ValueRows();
        foreach (var lag in lags)
        {
            rows.Add(minute, lag.Topic, lag.EndOffset, lag.DrainedOffset, lag.Lag);
        }

        if (!rows.IsEmpty)
        {
            await connection.ExecuteAsync(new CommandDefinition(
                $"insert ignore into lag_sample (sampled_at, topic, end_offset, drained_offset, `lag`) values {rows}", rows.Parameters, cancellationToken: cancellationToken));
        }

        await connection.ExecuteAsync(new CommandDefinition("delete from lag_sample where sampled_at < @minute - interval @DaysKept day", new { minute, DaysKept }, cancellationToken: cancellationToken));
    }

    /// <summary>A topic's samples, newest first.</summary>
    public async Task<IReadOnlyList<LagSample>> ReadAsync(string topic, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        return [.. await connection.QueryAsync<LagSample>(new CommandDefinition(
            "select sampled_at as At, end_offset as EndOffset, drained_offset as DrainedOffset, `lag` from lag_sample where topic = @topic order by sampled_at desc limit @limit",
            new { topic, limit }, cancellationToken: cancellationToken))];
    }

    /// <summary>Every topic's largest lag in each step of the time up to now; a step without a sample is not in it.</summary>
    public async Task<ILookup<string, LagStep>> StepsAsync(int steps, int minutesEach, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        return (await connection.QueryAsync<(string Topic, long Ago, long Most)>(new CommandDefinition(
            """
            select topic, timestampdiff(minute, sampled_at, utc_timestamp()) div @minutesEach as ago, max(`lag`) from lag_sample
            where sampled_at > utc_timestamp() - interval (@steps * @minutesEach) minute
            group by topic, ago order by topic, ago desc
            """, new { steps, minutesEach }, cancellationToken: cancellationToken))).ToLookup(static row => row.Topic, static row => new LagStep((int)row.Ago, row.Most), StringComparer.Ordinal);
    }
}

/// <summary>Where a topic ends and how far it is drained, summed over its partitions.</summary>
internal sealed record TopicLag(string Topic, long EndOffset, long DrainedOffset, long Lag);

/// <summary>The same, as it was in a minute.</summary>
internal sealed record LagSample(DateTime At, long EndOffset, long DrainedOffset, long Lag);

/// <summary>The largest lag in a step of time; 0 ago is the step up to now.</summary>
internal sealed record LagStep(int Ago, long Most);
