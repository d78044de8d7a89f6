using System.Data;
using System.Text;
using System.Text.Json;
using MySqlConnector;
using PinScheduler.Database;

namespace PinScheduler.Stages.Analyze;

/// <summary>A SQL task's query while it runs on the server: read only, and ended there when the token is cancelled.</summary>
internal sealed class SqlQuery : IAsyncDisposable
{
    private readonly SqlTaskFile _file;
    private readonly MySqlConnection _connection;
    private readonly MySqlTransaction _snapshot;
    private readonly MySqlDataReader _reader;

    private SqlQuery(SqlTaskFile file, MySqlConnection connection, MySqlTransaction snapshot, MySqlDataReader reader)
    {
        (_file, _connection, _snapshot, _reader) = (file, connection, snapshot, reader);
        Columns = [.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetName)];
    }

    public IReadOnlyList<string> Columns { get; }

    /// <exception cref="StageFailedException">The server refuses the query, or its columns are not those of the header.</exception>
    public static async Task<SqlQuery> StartAsync(Warehouse warehouse, SqlTaskFile file, StageContext context, CancellationToken cancellationToken)
    {
        var connection = await warehouse.OpenAsync(cancellationToken);
        try
        {
            var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, isReadOnly: true, cancellationToken);
            // how long an attempt may take is for the run to say
            await using var command = Command(file.Sql, connection, snapshot, file, context);
            var query = new SqlQuery(file, connection, snapshot, await Explained(file, () => command.ExecuteReaderAsync(cancellationToken)));
            cancellationToken.ThrowIfCancellationRequested();
            query.CheckColumns();
            return query;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>How the server would run the file's query now, as its EXPLAIN says it in JSON.</summary>
    /// <exception cref="StageFailedException">The server refuses the query.</exception>
    public static async Task<string> ExplainAsync(MySqlConnection connection, MySqlTransaction transaction, SqlTaskFile file, StageContext context, CancellationToken cancellationToken)
    {
        await using var command = Command("explain format=json " + file.Sql, connection, transaction, file, context);
        return (string)(await Explained(file, () => command.ExecuteScalarAsync(cancellationToken)))!;
    }

    /// <summary>The next row as a JSON array, exact to the last digit; null behind the last.</summary>
    public async Task<string?> ReadAsync(CancellationToken cancellationToken)
    {
        if (!await Explained(_file, () => _reader.ReadAsync(cancellationToken)))
        {
            // a statement that was killed may look as if it had ended
            cancellationToken.ThrowIfCancellationRequested();
            return await Explained(_file, () => _reader.NextResultAsync(cancellationToken))
                ? throw new StageFailedException($"{_file.Path} gives more than one result; keep one select.")
                : null;
        }

        var buffer = new System.Buffers.ArrayBufferWriter<byte>(256);
        await using (var writer = new Utf8JsonWriter(buffer, Cell.Options))
        {
            writer.WriteStartArray();
            for (var column = 0; column < Columns.Count; column++)
            {
                Cell.Write(writer, _reader, column);
            }

            writer.WriteEndArray();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    public async ValueTask DisposeAsync()
    {
        await _reader.DisposeAsync();
        await _snapshot.DisposeAsync();
        await _connection.DisposeAsync();
    }

    private static MySqlCommand Command(string sql, MySqlConnection connection, MySqlTransaction transaction, SqlTaskFile file, StageContext context)
    {
        var command = new MySqlCommand(sql, connection, transaction) { CommandTimeout = 0 };
        command.Parameters.AddWithValue("@run", context.RunId);
        command.Parameters.AddWithValue("@logical_date", context.LogicalDate);
        command.Parameters.AddWithValue("@threshold", file.Threshold);
        return command;
    }

    private void CheckColumns()
    {
        if (Columns.Count == 0)
        {
            throw new StageFailedException($"{_file.Path} has no select, so it gives no result.");
        }

        if (_file.Columns.Count > 0 && !_file.Columns.SequenceEqual(Columns))
        {
            throw new StageFailedException($"{_file.Path} gives the columns {string.Join(", ", Columns)}, but its header says {string.Join(", ", _file.Columns)}; make both the same.");
        }
    }

    /// <exception cref="StageFailedException">The server refuses what the file says.</exception>
    public static async Task<T> Explained<T>(SqlTaskFile file, Func<Task<T>> act)
    {
        try
        {
            return await act();
        }
        catch (MySqlException exception) when (SqlErrors.IsOfTheQuery(exception))
        {
            throw new StageFailedException($"{file.Path}: {exception.Message} (error {exception.Number})", retry: false, exception);
        }
    }
}
