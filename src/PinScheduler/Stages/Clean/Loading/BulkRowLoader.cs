using MySqlConnector;

namespace PinScheduler.Stages.Clean.Loading;

internal sealed class BulkRowLoader : RowLoader
{
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
        load.Columns.AddRange(table.Columns.Select(column => column == "h" ? "@h" : $"`{column}`"));
        if (table.Columns.Contains("h"))
        {
            load.Expressions.Add("`h` = unhex(@h)");
        }

        // not cancelled itself: killed in the middle of its stream, the statement can leave both sides waiting; the stream's end is its end
        lines.Stop = cancellationToken;
        var inserted = await load.LoadAsync(CancellationToken.None);
        cancellationToken.ThrowIfCancellationRequested();
        return (inserted, await WarningsAsync(connection, transaction));
    }
}
