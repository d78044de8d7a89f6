using System.Diagnostics;
using System.Globalization;
using Hangfire.MySql.Sql;
using MySqlConnector;

namespace Hangfire.MySql.Commands;

/// <summary>
/// Ids for jobs that a transaction will create at its commit. InnoDB does not take back AUTO_INCREMENT values of a rolled back insert, so one
/// inserts and rolls back; the values are then nobody else's.
/// </summary>
/// <remarks>The counter survives a crash: MariaDB 10.2.4+ and MySQL 8.0+ log it, before any commit that uses the ids.</remarks>
internal sealed class JobIds(Database database)
{
    private const int SmallestBlock = 8;
    private const int LargestBlock = 512;

    /// <summary>Ids left over for longer are dropped: the dashboard sorts by id, and an old one would stand too far down.</summary>
    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(1);

    private readonly object _gate = new();
    private readonly Queue<long> _ids = new();
    private int _block = SmallestBlock;
    private long _reserved;

    /// <param name="connection">Where to reserve ids, when the caller has a session of its own that must be used.</param>
    public long Next(Func<Func<MySqlConnection, List<long>>, List<long>> connection)
    {
        lock (_gate)
        {
            var fresh = Stopwatch.GetElapsedTime(_reserved) < Freshness;
            if (!fresh)
            {
                _ids.Clear();
            }

            if (_ids.Count == 0)
            {
                _block = fresh ? Math.Min(_block * 2, LargestBlock) : SmallestBlock;
                connection(Reserve).ForEach(_ids.Enqueue);
                _reserved = Stopwatch.GetTimestamp();
            }

            return _ids.Dequeue();
        }
    }

    private List<long> Reserve(MySqlConnection connection)
    {
        var sql = new SqlBatch().Add($"start transaction")
            .Piece($"insert into {database.Tables.Job} (InvocationData, Arguments, CreatedAt) values ('', '', utc_timestamp(6))");
        for (var i = 1; i < _block; i++)
        {
            sql.Piece($", ('', '', utc_timestamp(6))");
        }

        sql.End().Add($"select last_insert_id(), @@auto_increment_increment").Add($"rollback");
        return connection.Read(sql, reader =>
        {
            reader.Read();
            var (first, step) = (Convert.ToInt64(reader.GetValue(0), CultureInfo.InvariantCulture), Convert.ToInt64(reader.GetValue(1), CultureInfo.InvariantCulture));
            return Enumerable.Range(0, _block).Select(i => first + (i * step)).ToList();
        });
    }
}
