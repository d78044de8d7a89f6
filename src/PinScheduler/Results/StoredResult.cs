using MySqlConnector;

namespace PinScheduler.Results;

/// <summary>One analysis's result of one run, read row by row: a result may be larger than memory. Holds a connection until disposed.</summary>
internal sealed class StoredResult(string analysis, long run, IReadOnlyList<string> columns, long rowCount, string sqlHash, MySqlConnection connection, MySqlTransaction snapshot) : IAsyncDisposable
{
    public string Analysis { get; } = analysis;

    public long Run { get; } = run;

    public IReadOnlyList<string> Columns { get; } = columns;

    public long RowCount { get; } = rowCount;

    public string SqlHash { get; } = sqlHash;

    /// <summary>Each row as a JSON array; numbers have all their digits.</summary>
    public async IAsyncEnumerable<string> RowsAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var command = new MySqlCommand("select cells from analysis_row where run = @run and analysis = @analysis order by ordinal", connection, snapshot) { CommandTimeout = 0 };
        command.Parameters.AddWithValue("@run", Run);
        command.Parameters.AddWithValue("@analysis", Analysis);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            yield return reader.GetString(0);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await snapshot.DisposeAsync();
        await connection.DisposeAsync();
    }
}
