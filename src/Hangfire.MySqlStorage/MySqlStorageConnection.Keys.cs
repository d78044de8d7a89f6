using Hangfire.MySql.Sql;
using MySqlConnector;

namespace Hangfire.MySql;

/// <content>Sets, hashes, lists and counters, which are found by their keys.</content>
public partial class MySqlStorageConnection
{
    /// <inheritdoc />
    public override HashSet<string> GetAllItemsFromSet(string key) => Texts(key, connection =>
        connection.Query($"select `Value` from {Tables.Set} where `Key` = {key}", row => row.GetString(0))).ToHashSet(StringComparer.Ordinal);

    /// <inheritdoc />
    public override string? GetFirstByLowestScoreFromSet(string key, double fromScore, double toScore) =>
        GetFirstByLowestScoreFromSet(key, fromScore, toScore, 1).FirstOrDefault();

    /// <inheritdoc />
    public override List<string> GetFirstByLowestScoreFromSet(string key, double fromScore, double toScore, int count)
    {
        // Hangfire asks with a null key to learn whether this method exists, and expects this exception before any other
        ArgumentNullException.ThrowIfNull(key);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        return toScore >= fromScore
            ? Texts(key, connection => connection.Query(
                $"select `Value` from {Tables.Set} where `Key` = {key} and Score between {fromScore} and {toScore} order by Score, Id limit {count}",
                row => row.GetString(0)))
            : throw new ArgumentException($"The scores run from {fromScore} to {toScore}; toScore must not be below fromScore.", nameof(toScore));
    }

    /// <inheritdoc />
    public override long GetSetCount(string key) => Number(key, connection =>
        connection.Query($"select count(*) from {Tables.Set} where `Key` = {key}", row => row.GetInt64(0)));

    /// <inheritdoc />
    public override long GetSetCount(IEnumerable<string> keys, int limit)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentOutOfRangeException.ThrowIfNegative(limit);
        var wanted = keys.Distinct(StringComparer.Ordinal).ToList();
        return wanted.Count == 0
            ? 0
            : Run(connection => connection.Query(
                $"select count(*) from (select 1 from {Tables.Set} where `Key` in ({wanted}) limit {limit}) as found", row => row.GetInt64(0)))[0];
    }

    /// <inheritdoc />
    public override bool GetSetContains(string key, string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return Number(key, connection => connection.Query(
            $"select count(*) from {Tables.Set} where `Key` = {key} and `Value` = {value}", row => row.GetInt64(0))) > 0;
    }

    /// <inheritdoc />
    public override List<string> GetRangeFromSet(string key, int startingFrom, int endingAt) => Texts(key, connection => connection.Query(
        $"select `Value` from {Tables.Set} where `Key` = {key} order by Score, Id limit {Math.Max(startingFrom, 0)}, {Length(startingFrom, endingAt)}",
        row => row.GetString(0)));

    /// <inheritdoc />
    public override TimeSpan GetSetTtl(string key) => Ttl(Tables.Set, key);

    /// <inheritdoc />
    public override void SetRangeInHash(string key, IEnumerable<KeyValuePair<string, string>> keyValuePairs)
    {
        using var transaction = CreateWriteTransaction();
        transaction.SetRangeInHash(key, keyValuePairs);
        transaction.Commit();
    }

    /// <inheritdoc />
    public override Dictionary<string, string>? GetAllEntriesFromHash(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        var fields = Run(connection => connection.Query(
            $"select Field, `Value` from {Tables.Hash} where `Key` = {key}", row => (Field: row.GetString(0), Value: row.Text(1))));
        return fields.Count == 0 ? null : fields.ToDictionary(field => field.Field, field => field.Value!, StringComparer.Ordinal);
    }

    /// <inheritdoc />
    public override string? GetValueFromHash(string key, string name)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(name);
        return Run(connection => connection.Query($"select `Value` from {Tables.Hash} where `Key` = {key} and Field = {name}", row => row.Text(0))).FirstOrDefault();
    }

    /// <inheritdoc />
    public override long GetHashCount(string key) => Number(key, connection =>
        connection.Query($"select count(*) from {Tables.Hash} where `Key` = {key}", row => row.GetInt64(0)));

    /// <inheritdoc />
    public override TimeSpan GetHashTtl(string key) => Ttl(Tables.Hash, key);

    /// <inheritdoc />
    public override long GetListCount(string key) => Number(key, connection =>
        connection.Query($"select count(*) from {Tables.List} where `Key` = {key}", row => row.GetInt64(0)));

    /// <inheritdoc />
    public override List<string> GetAllItemsFromList(string key) => Texts(key, connection =>
        connection.Query($"select `Value` from {Tables.List} where `Key` = {key} order by Id desc", row => row.Text(0)!));

    /// <inheritdoc />
    public override List<string> GetRangeFromList(string key, int startingFrom, int endingAt) => Texts(key, connection => connection.Query(
        $"select `Value` from {Tables.List} where `Key` = {key} order by Id desc limit {Math.Max(startingFrom, 0)}, {Length(startingFrom, endingAt)}",
        row => row.Text(0)!));

    /// <inheritdoc />
    public override TimeSpan GetListTtl(string key) => Ttl(Tables.List, key);

    /// <inheritdoc />
    public override long GetCounter(string key) => Number(key, connection => connection.Query(
        $"""
        select cast(coalesce(sum(`Value`), 0) as signed) from (
            select `Value` from {Tables.Counter} where `Key` = {key} union all select `Value` from {Tables.AggregatedCounter} where `Key` = {key}) as counted
        """,
        row => row.GetInt64(0)));

    private List<string> Texts(string key, Func<MySqlConnection, List<string>> query)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Run(query);
    }

    private long Number(string key, Func<MySqlConnection, List<long>> query)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Run(query)[0];
    }

    private TimeSpan Ttl(Table table, string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Run(connection => connection.Query(
            $"select timestampdiff(microsecond, utc_timestamp(6), min(ExpireAt)) from {table} where `Key` = {key}",
            row => row.IsDBNull(0) ? TimeSpan.FromSeconds(-1) : TimeSpan.FromMicroseconds(row.GetInt64(0))))[0];
    }

    private static long Length(int startingFrom, int endingAt) => Math.Max((long)endingAt - Math.Max(startingFrom, 0) + 1, 0);
}
