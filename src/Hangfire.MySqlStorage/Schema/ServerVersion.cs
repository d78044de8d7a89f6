using System.Text.RegularExpressions;
using Hangfire.MySql.Sql;
using MySqlConnector;

namespace Hangfire.MySql.Schema;

/// <summary>The servers that this library works with: those that know SKIP LOCKED.</summary>
/// <remarks>https://dev.mysql.com/doc/refman/8.0/en/innodb-locking-reads.html and https://mariadb.com/kb/en/select/#skip-locked</remarks>
internal static partial class ServerVersion
{
    private static readonly Version LowestMariaDb = new(10, 6);
    private static readonly Version LowestMySql = new(8, 0, 1);

    public static bool IsMariaDb(MySqlConnection connection) => connection.ServerVersion.Contains("MariaDB", StringComparison.OrdinalIgnoreCase);

    public static void Check(MySqlConnection connection)
    {
        var text = connection.ServerVersion;
        var lowest = IsMariaDb(connection) ? LowestMariaDb : LowestMySql;
        // MariaDB may put 5.5.5- before its own version, for old replicas
        var match = Number().Match(text.StartsWith("5.5.5-", StringComparison.Ordinal) ? text[6..] : text);
        if (match.Success && Version.Parse(match.Value) < lowest)
        {
            throw new NotSupportedException($"The database server is {text}; this storage needs MySQL {LowestMySql} or MariaDB {LowestMariaDb}, or newer.");
        }

        var binlog = connection.Query(
            $"show variables where Variable_name in ('log_bin', 'binlog_format')",
            row => (Name: row.GetString(0), Value: row.GetString(1))).ToDictionary(pair => pair.Name, pair => pair.Value);
        if (binlog.GetValueOrDefault("log_bin") == "ON" && binlog.GetValueOrDefault("binlog_format") == "STATEMENT")
        {
            throw new NotSupportedException("The database server has binlog_format=STATEMENT, which refuses writes under READ COMMITTED (error 1665); set it to ROW or MIXED.");
        }
    }

    [GeneratedRegex(@"^\d+\.\d+\.\d+")]
    private static partial Regex Number();
}
