using Dapper;
using MySqlConnector;

namespace PinScheduler.Stages.Clean.Loading;

internal sealed class BulkRowLoader : RowLoader
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(300);

    protected override async Task<(long Inserted, long Warnings)> InsertAsync(MySqlConnection connection, MySqlTransaction transaction, LoadTable table, LoadStream lines, CancellationToken cancellationToken)
    {
        var load = new MySqlBulkLoader(connection)
        {
            TableName = $"`{table.Name}`",
            Local = true,
            SourceStream = lines,
            // the bytes are UTF-8, as are the columns; told so, the server would look for the ends of characters: a tenth of a pin's cost
            CharacterSet = "binary",
            FieldTerminator = "\t",
            LineTerminator = "\n",
            EscapeCharacter = '\\',
            ConflictOption = MySqlBulkLoaderConflictOption.Ignore,
            // as long as it takes: the task has its own time-out
            Timeout = 0,
        };
        load.Columns.AddRange(table.Columns.Select(static column => $"`{column}`"));

        // not cancelled itself: killed in the middle of its stream, the statement can leave both sides waiting; the stream's end comes first
        lines.Stop = cancellationToken;
        var loading = load.LoadAsync(CancellationToken.None);
        await EndWhenCancelledAsync(loading, connection, cancellationToken);
        try
        {
            var inserted = await loading;
            cancellationToken.ThrowIfCancellationRequested();
            return (inserted, await WarningsAsync(connection, transaction));
        }
        catch (MySqlException killed) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException("The load was ended on the server.", killed, cancellationToken);
        }
    }

    // with its stream the statement mostly ends, too; not one that waits for a lock, or has taken in all and writes it
    private static async Task EndWhenCancelledAsync(Task loading, MySqlConnection connection, CancellationToken cancellationToken)
    {
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = cancellationToken.Register(cancelled.SetResult);
        await Task.WhenAny(loading, cancelled.Task);
        while (cancellationToken.IsCancellationRequested && await Task.WhenAny(loading, Task.Delay(Patience, CancellationToken.None)) != loading)
        {
            await using var other = connection.Clone();
            await other.OpenAsync(CancellationToken.None);
            await other.ExecuteAsync($"kill query {connection.ServerThread}");
        }
    }
}
