using MySqlConnector;

namespace Hangfire.MySql.Sql;

/// <summary>Runs SQL on an open connection.</summary>
internal static class ConnectionExtensions
{
    public static int Execute(this MySqlConnection connection, ref SqlHandler sql) => connection.Execute(sql.Batch);

    /// <returns>The rows that all statements have changed or found.</returns>
    public static int Execute(this MySqlConnection connection, SqlBatch batch)
    {
        using var command = batch.Command(connection);
        return command.ExecuteNonQuery();
    }

    public static long Insert(this MySqlConnection connection, ref SqlHandler sql)
    {
        using var command = sql.Batch.Command(connection);
        command.ExecuteNonQuery();
        return command.LastInsertedId;
    }

    public static List<T> Query<T>(this MySqlConnection connection, ref SqlHandler sql, Func<MySqlDataReader, T> row)
    {
        using var command = sql.Batch.Command(connection);
        using var reader = command.ExecuteReader();
        return reader.Rows(row);
    }

    public static T Read<T>(this MySqlConnection connection, SqlBatch batch, Func<MySqlDataReader, T> read)
    {
        using var command = batch.Command(connection);
        using var reader = command.ExecuteReader();
        var result = read(reader);
        // an error of a later statement in the packet shows only when its result is asked for
        while (reader.NextResult())
        {
        }

        return result;
    }

    public static List<T> Rows<T>(this MySqlDataReader reader, Func<MySqlDataReader, T> row)
    {
        var rows = new List<T>();
        while (reader.Read())
        {
            rows.Add(row(reader));
        }

        return rows;
    }

    public static string? Text(this MySqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    /// <summary>All instants are stored in UTC; a connection that is not ours may not say so.</summary>
    public static DateTime Utc(this MySqlDataReader reader, int column) => DateTime.SpecifyKind(reader.GetDateTime(column), DateTimeKind.Utc);

    public static DateTime? Instant(this MySqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.Utc(column);
}
