using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using Dapper;
using MySqlConnector;

namespace PinScheduler.Source;

/// <summary>Streams rows into a table: LOAD DATA LOCAL, or, where the server forbids that, INSERTs of many rows.</summary>
internal sealed class TableFill(MySqlConnection connection, string table, string[] columns)
{
    private const int RowsAnInsert = 500;
    private const int FlushBytes = 256 * 1024;

    public async Task RunAsync(IEnumerable<object?[]> rows, bool allowLoad, CancellationToken cancellationToken)
    {
        if (allowLoad && await connection.ExecuteScalarAsync<bool>(new CommandDefinition("select @@local_infile", cancellationToken: cancellationToken)))
        {
            await LoadAsync(rows, cancellationToken);
        }
        else
        {
            await InsertAsync(rows, cancellationToken);
        }
    }

    private async Task LoadAsync(IEnumerable<object?[]> rows, CancellationToken cancellationToken)
    {
        var pipe = new Pipe();
        var writing = Task.Run(() => WriteAsync(rows, pipe.Writer, cancellationToken), CancellationToken.None);
        var load = new MySqlBulkLoader(connection)
        {
            TableName = table,
            CharacterSet = "utf8mb4",
            FieldTerminator = "\t",
            LineTerminator = "\n",
            EscapeCharacter = '\\',
            Local = true,
            SourceStream = pipe.Reader.AsStream(),
            Timeout = 0,
        };
        load.Columns.AddRange(columns.Select(static column => $"`{column}`"));
        try
        {
            // not cancelled itself: killed in the middle of its stream, the statement can leave both sides waiting; the stream's end is its end
            await load.LoadAsync(CancellationToken.None);
        }
        finally
        {
            await pipe.Reader.CompleteAsync();
            await writing;
        }

        cancellationToken.ThrowIfCancellationRequested();
        // LOCAL turns errors into warnings
        if (await connection.QueryFirstOrDefaultAsync<(string Level, int Code, string Message)?>("show warnings") is { } warning)
        {
            throw new InvalidOperationException($"The server took not all rows of '{table}' as they are: {warning.Message} ({warning.Code}).");
        }
    }

    private static async Task WriteAsync(IEnumerable<object?[]> rows, PipeWriter pipe, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        try
        {
            foreach (var row in rows)
            {
                for (var column = 0; column < row.Length; column++)
                {
                    text.Append(column == 0 ? "" : "\t");
                    AppendCell(text, row[column]);
                }

                text.Append('\n');
                if (text.Length > FlushBytes && await FlushAsync())
                {
                    break;
                }
            }

            await FlushAsync();
            await pipe.CompleteAsync();
        }
        catch (OperationCanceledException)
        {
            await pipe.CompleteAsync();
        }
        catch (Exception exception)
        {
            // the load, not this, is what fails
            await pipe.CompleteAsync(exception);
        }

        async Task<bool> FlushAsync()
        {
            var flushed = await pipe.WriteAsync(Encoding.UTF8.GetBytes(text.ToString()), cancellationToken);
            text.Clear();
            return flushed.IsCompleted;
        }
    }

    private static void AppendCell(StringBuilder text, object? value)
    {
        switch (value)
        {
            case null:
                text.Append("\\N");
                break;
            case string words:
                var start = text.Length;
                text.Append(words).Replace("\\", "\\\\", start, text.Length - start).Replace("\t", "\\t", start, text.Length - start).Replace("\n", "\\n", start, text.Length - start);
                break;
            case DateTime instant:
                text.Append(CultureInfo.InvariantCulture, $"{instant:yyyy-MM-dd HH:mm:ss}");
                break;
            default:
                text.Append(CultureInfo.InvariantCulture, $"{value}");
                break;
        }
    }

    private async Task InsertAsync(IEnumerable<object?[]> rows, CancellationToken cancellationToken)
    {
        var head = $"insert into {table} ({string.Join(", ", columns.Select(static column => $"`{column}`"))}) values ";
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        foreach (var chunk in rows.Chunk(RowsAnInsert))
        {
            await using var insert = new MySqlCommand { Connection = connection, Transaction = transaction };
            var text = new StringBuilder(head);
            for (var i = 0; i < chunk.Length; i++)
            {
                text.Append(i == 0 ? "(" : ", (").AppendJoin(", ", chunk[i].Select((_, column) => $"@v{i}_{column}")).Append(')');
                for (var column = 0; column < chunk[i].Length; column++)
                {
                    insert.Parameters.AddWithValue($"@v{i}_{column}", chunk[i][column]);
                }
            }

            insert.CommandText = text.ToString();
            await insert.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
    }
}
