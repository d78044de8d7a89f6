using System.Diagnostics;
using System.Text;
using MySqlConnector;
using WarehouseBench.Nights;
using WarehouseBench.Report;

namespace WarehouseBench.Peers;

/// <summary>The original's queries on our clean tables in the same server, one after another, each given up after some time.</summary>
internal static class NaiveSql
{
    public static async Task<(NightFigures, Dictionary<string, string>)> RunAsync(string connectionString, TimeSpan patience, CancellationToken cancellationToken)
    {
        await using var connection = new MySqlConnection(connectionString);
        await connection.OpenAsync(cancellationToken);
        await using (var limit = new MySqlCommand($"set max_statement_time = {patience.TotalSeconds:0}, sql_mode = ''", connection))
        {
            await limit.ExecuteNonQueryAsync(cancellationToken);
        }

        var (results, givenUp, seconds) = (new Dictionary<string, string>(), new List<string>(), 0.0);
        foreach (var (analysis, sql) in PlainQueries.All(medianOver: true))
        {
            var started = Stopwatch.GetTimestamp();
            try
            {
                results[analysis] = await CsvAsync(connection, sql, cancellationToken);
                Console.Error.WriteLine($"    naive {analysis}: {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s");
            }
            catch (MySqlException exception) when (exception.Message.Contains("max_statement_time", StringComparison.Ordinal))
            {
                givenUp.Add(analysis);
                Console.Error.WriteLine($"    naive {analysis}: given up after {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s");
            }

            seconds += Stopwatch.GetElapsedTime(started).TotalSeconds;
        }

        var note = givenUp.Count == 0 ? null : $" (given up after {Figures.Text(patience.TotalMinutes)} minutes each: {string.Join(", ", givenUp)})";
        return (new NightFigures(double.NaN, seconds, double.NaN, double.NaN, double.NaN, double.NaN, double.NaN, note), results);
    }

    private static async Task<string> CsvAsync(MySqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new MySqlCommand(sql, connection) { CommandTimeout = 0 };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var csv = new StringBuilder().AppendJoin(',', Enumerable.Range(0, reader.FieldCount).Select(reader.GetName)).Append('\n');
        while (await reader.ReadAsync(cancellationToken))
        {
            csv.AppendJoin(',', Enumerable.Range(0, reader.FieldCount).Select(column => ResultSet.Field(reader.GetValue(column)))).Append('\n');
        }

        return csv.ToString();
    }
}
