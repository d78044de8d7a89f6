using System.Text;
using MySqlConnector;

namespace PinScheduler.Stages.Clean.Loading;

/// <summary>For servers that forbid LOAD DATA LOCAL (MySQL's default): about 1.6 times the time.</summary>
internal sealed class InsertRowLoader : RowLoader
{
    // warehouse.md §3.2: more rows gain nothing; the bytes keep a statement well under any max_allowed_packet
    private const int MostRows = 1000;
    private const int MostBytes = 2 * 1024 * 1024;

    protected override async Task<(long Inserted, long Warnings)> InsertAsync(MySqlConnection connection, MySqlTransaction transaction, LoadTable table, LoadStream lines, CancellationToken cancellationToken)
    {
        var reader = new LineReader(lines);
        var batch = new List<byte[]?[]>();
        long inserted = 0, warnings = 0, bytes = 0;
        bool more;
        do
        {
            more = await reader.ReadAsync(cancellationToken);
            while (reader.TryTake(out var line))
            {
                batch.Add(LoadLine.Split(line));
                bytes += line.Length;
                if (batch.Count == MostRows || bytes > MostBytes)
                {
                    await FlushAsync();
                }
            }
        }
        while (more);
        await FlushAsync();
        return (inserted, warnings);

        async Task FlushAsync()
        {
            if (batch.Count > 0)
            {
                inserted += await InsertAsync(connection, transaction, table, batch, cancellationToken);
                warnings += await WarningsAsync(connection, transaction);
                batch.Clear();
                bytes = 0;
            }
        }
    }

    private static async Task<int> InsertAsync(MySqlConnection connection, MySqlTransaction transaction, LoadTable table, List<byte[]?[]> rows, CancellationToken cancellationToken)
    {
        await using var insert = new MySqlCommand { Connection = connection, Transaction = transaction, CommandTimeout = 0 };
        var text = new StringBuilder($"insert ignore into `{table.Name}` ({string.Join(", ", table.Columns.Select(column => $"`{column}`"))}) values ");
        foreach (var row in rows)
        {
            text.Append(insert.Parameters.Count == 0 ? "(" : ", (");
            for (var i = 0; i < row.Length; i++)
            {
                var name = $"@p{insert.Parameters.Count}";
                insert.Parameters.AddWithValue(name, table.Columns[i] == RowLoader.Bytes || row[i] is not { } field ? row[i] : Encoding.UTF8.GetString(field));
                text.Append(i == 0 ? "" : ", ").Append(name);
            }

            text.Append(')');
        }

        insert.CommandText = text.ToString();
        return await insert.ExecuteNonQueryAsync(cancellationToken);
    }
}
