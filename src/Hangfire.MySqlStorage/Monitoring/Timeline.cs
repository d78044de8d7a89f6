using System.Globalization;
using Hangfire.MySql.Sql;

namespace Hangfire.MySql.Monitoring;

/// <summary>How many jobs came to a state by day and hour; counted up to this moment, aggregated or not.</summary>
internal sealed class Timeline(MySqlStorage storage)
{
    public IDictionary<DateTime, long> Days(string state) => Points(state, "yyyy-MM-dd", 7, (now, i) => now.Date.AddDays(-i));

    public IDictionary<DateTime, long> Hours(string state) => Points(state, "yyyy-MM-dd-HH", 24, (now, i) => now.AddHours(-i));

    private Dictionary<DateTime, long> Points(string state, string format, int count, Func<DateTime, int, DateTime> point)
    {
        var tables = storage.Database.Tables;
        // Hangfire writes these keys by the client's clock
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        var keys = Enumerable.Range(0, count).Select(i => point(now, i))
            .ToDictionary(instant => instant, instant => $"stats:{state}:{instant.ToString(format, CultureInfo.InvariantCulture)}");
        var counted = storage.Database.Read(connection => connection.Query(
            $"""
            select `Key`, cast(sum(`Value`) as signed) from (
                select `Key`, `Value` from {tables.Counter} where `Key` in ({keys.Values})
                union all select `Key`, `Value` from {tables.AggregatedCounter} where `Key` in ({keys.Values})) as counted group by `Key`
            """,
            row => (Key: row.GetString(0), Value: row.GetInt64(1)))).ToDictionary(row => row.Key, row => row.Value, StringComparer.Ordinal);
        return keys.ToDictionary(key => key.Key, key => counted.GetValueOrDefault(key.Value));
    }
}
