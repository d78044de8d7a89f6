using System.Diagnostics;
using Hangfire;
using MySqlConnector;

namespace StorageBench.Soak;

/// <summary>Jobs that note each of their executions in the table of owners, in the database itself.</summary>
public static class SoakJobs
{
    /// <summary>Longer than the database is away in a soak.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static string _connectionString = "";
    private static string _process = "";

    public static void Be(string connectionString, string process) => (_connectionString, _process) = (connectionString, process);

    public static void Run(long sequence) => Note(sequence, Guid.NewGuid().ToString("N"));

    /// <summary>Fails at first, to be tried again by Hangfire.</summary>
    [AutomaticRetry(Attempts = 3, DelaysInSeconds = [0])]
    public static void FailOnce(long sequence)
    {
        if (Note(sequence, Guid.NewGuid().ToString("N")) == 1)
        {
            throw new InvalidOperationException("The first attempt fails on purpose.");
        }
    }

    /// <returns>Executions of this job so far.</returns>
    private static long Note(long sequence, string execution)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                using var connection = new MySqlConnection(_connectionString);
                connection.Open();
                // may be sent twice: it is one execution all the same
                using var note = new MySqlCommand(
                    """
                    insert ignore into soak_ran (sequence, execution, process, at) values (@sequence, @execution, @process, utc_timestamp(6));
                    select count(*) from soak_ran where sequence = @sequence
                    """,
                    connection);
                note.Parameters.AddWithValue("@sequence", sequence);
                note.Parameters.AddWithValue("@execution", execution);
                note.Parameters.AddWithValue("@process", _process);
                return Convert.ToInt64(note.ExecuteScalar(), System.Globalization.CultureInfo.InvariantCulture);
            }
            catch (MySqlException) when (Stopwatch.GetElapsedTime(started) < Patience)
            {
                Thread.Sleep(200);
            }
        }
    }
}
