using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using DuckDB.NET.Data;
using PinScheduler.Stages;
using WarehouseBench.Data;

namespace WarehouseBench.Peers;

/// <summary>
/// The same nights by DuckDB, with a file as its database: a night's files are cleaned by SQL and what is new of their rows is added;
/// then all eleven results anew. Plain data only: no reject is kept, no time zone known, no text that is not a string.
/// </summary>
internal sealed class DuckDbWarehouse(string folder, string database) : IDisposable
{
    private readonly DuckDBConnection _connection = Open(database);
    private Dictionary<string, string> _results = [];

    /// <summary>Answers a line for each line of standard input: a night's seconds, or the results.</summary>
    public static int Serve(string folder, string database)
    {
        using var warehouse = new DuckDbWarehouse(folder, database);
        while (Console.ReadLine() is { } line)
        {
            Console.WriteLine(line == "results" ? JsonSerializer.Serialize(warehouse._results) : warehouse.Run(int.Parse(line, CultureInfo.InvariantCulture)));
        }

        return 0;
    }

    public void Dispose() => _connection.Dispose();

    private string Run(int night)
    {
        var started = Stopwatch.GetTimestamp();
        foreach (var set in DataSet.All)
        {
            var files = DataFile.ReadList(folder).Where(file => file.Night == night && file.DataSet == set.Key).Select(file => $"'{Path.Combine(DataFile.LandingOf(folder), file.Path)}'");
            Execute(DuckDbCleaning.Add(set, $"[{string.Join(", ", files)}]", first: night == 1));
        }

        Execute("checkpoint");
        var clean = Stopwatch.GetElapsedTime(started).TotalSeconds;
        started = Stopwatch.GetTimestamp();
        _results = PlainQueries.All(medianOver: false).ToDictionary(static query => query.Analysis, query => Csv(query.Sql));
        return string.Create(CultureInfo.InvariantCulture, $"{clean} {Stopwatch.GetElapsedTime(started).TotalSeconds}");
    }

    private static DuckDBConnection Open(string database)
    {
        var connection = new DuckDBConnection($"Data Source={database}");
        connection.Open();
        return connection;
    }

    private void Execute(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private string Csv(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var csv = new StringBuilder().AppendJoin(',', Enumerable.Range(0, reader.FieldCount).Select(reader.GetName)).Append('\n');
        while (reader.Read())
        {
            csv.AppendJoin(',', Enumerable.Range(0, reader.FieldCount).Select(column => ResultSet.Field(reader.GetValue(column)))).Append('\n');
        }

        return csv.ToString();
    }
}
