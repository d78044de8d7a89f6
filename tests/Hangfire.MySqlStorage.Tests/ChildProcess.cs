using System.Diagnostics;
using Hangfire.MySql;
using MySqlConnector;

namespace Hangfire.MySqlStorage.Tests;

/// <summary>A server in a process of its own, which the test kills.</summary>
public static class ChildProcess
{
    private static readonly string Role = Environment.GetEnvironmentVariable("STORAGE_TEST_CHILD") ?? "parent";

    public static int Serve(string[] args)
    {
        using var storage = new MySql.MySqlStorage(args[0], new MySqlStorageOptions());
        using var server = new BackgroundJobServer(new BackgroundJobServerOptions { WorkerCount = 2 }, storage);
        Thread.Sleep(Timeout.Infinite);
        return 0;
    }

    public static Process Start(string connectionString)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", typeof(ChildProcess).Assembly.Location, connectionString])
        {
            Environment = { ["STORAGE_TEST_CHILD"] = "child" },
        };
        return Process.Start(start)!;
    }

    /// <summary>A job that notes who runs it; in the child it never ends.</summary>
    public static void Work(string connectionString)
    {
        using (var connection = new MySqlConnection(connectionString))
        {
            connection.Open();
            using var note = new MySqlCommand("insert into ran (who) values (@who)", connection);
            note.Parameters.AddWithValue("@who", Role);
            note.ExecuteNonQuery();
        }

        if (Role == "child")
        {
            Thread.Sleep(Timeout.Infinite);
        }
    }
}
