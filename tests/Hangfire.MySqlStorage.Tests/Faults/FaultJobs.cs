using MySqlConnector;

namespace Hangfire.MySqlStorage.Tests.Faults;

/// <summary>Jobs that leave their traces in the database, because they run in several processes. Table ran: what, who. Table told: what.</summary>
public static class FaultJobs
{
    public const string RoleVariable = "STORAGE_TEST_CHILD";

    private static readonly string Role = Environment.GetEnvironmentVariable(RoleVariable) ?? "parent";

    public static string[] Tables =>
    [
        "create table ran (id int auto_increment primary key, what varchar(20), who varchar(10))",
        "create table told (what varchar(20) primary key)",
    ];

    public static void Note(string connectionString, string what)
    {
        using var connection = new MySqlConnection(connectionString);
        connection.Open();
        using var note = new MySqlCommand("insert into ran (what, who) values (@what, @who)", connection);
        note.Parameters.AddWithValue("@what", what);
        note.Parameters.AddWithValue("@who", Role);
        note.ExecuteNonQuery();
    }

    /// <summary>In the child, it does not end before it is told to.</summary>
    public static void NoteAndWait(string connectionString, string what)
    {
        Note(connectionString, what);
        using var connection = new MySqlConnection(connectionString);
        connection.Open();
        using var ask = new MySqlCommand("select count(*) from told where what = @what", connection);
        ask.Parameters.AddWithValue("@what", what);
        while (Role == "child" && (long)ask.ExecuteScalar()! == 0)
        {
            Thread.Sleep(10);
        }
    }
}
