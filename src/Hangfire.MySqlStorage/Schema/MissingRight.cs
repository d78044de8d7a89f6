using Hangfire.MySql.Sql;
using MySqlConnector;

namespace Hangfire.MySql.Schema;

/// <summary>What to do when the database user may not do what is needed at the start.</summary>
internal static class MissingRight
{
    public static InvalidOperationException Of(MySqlConnection connection, string database, string prefix, MySqlException error)
    {
        var account = connection.Query($"select current_user()", row => row.GetString(0))[0];
        var at = account.LastIndexOf('@');
        var user = $"'{account[..at]}'@'{account[(at + 1)..]}'";
        var right = error.Message.IndexOf(" command denied", StringComparison.OrdinalIgnoreCase) is > 0 and var end ? $"the right {error.Message[..end]}" : "a right";
        return new InvalidOperationException(
            $"""
            The database user {user} lacks {right} on the storage's tables in {database} ({error.Message}). Let an administrator run
              grant select, insert, update, delete, create, alter, index, drop on `{connection.Database}`.* to {user};
            or give it the first four rights only, and let somebody who has them all call MySqlObjectsInstaller.Install(connection, "{prefix}"), or run by hand what MySqlObjectsInstaller.GetInstallSql(connection, "{prefix}") returns, once for each new version.
            """,
            error);
    }
}
