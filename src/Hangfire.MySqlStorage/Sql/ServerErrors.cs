using System.Data;
using MySqlConnector;

namespace Hangfire.MySql.Sql;

/// <summary>What an error of the server or the connection means to us.</summary>
internal static class ServerErrors
{
    /// <summary>The transaction was undone by the server and may be sent again as it was.</summary>
    public static bool IsRetryable(MySqlException error) =>
        error.ErrorCode is MySqlErrorCode.LockDeadlock or MySqlErrorCode.LockWaitTimeout;

    /// <summary>MariaDB reports a deadlock of GET_LOCK as 1213, MySQL as 3058 (ER_USER_LOCK_DEADLOCK).</summary>
    public static bool IsUserLockDeadlock(MySqlException error) => error.Number is 1213 or 3058;

    /// <summary>A right is missing: on the database, on a table, on a column, or one that is the server's.</summary>
    public static bool IsDenied(MySqlException error) => error.Number is 1044 or 1142 or 1143 or 1227;

    /// <summary>Raised on purpose by a fence: see WriteSet.</summary>
    public static bool IsOutOfRange(MySqlException error) => error.Number == 1690;

    /// <summary>The packet was broken off, before its commit or after.</summary>
    public static bool IsBrokenOff(Exception error) => error is MySqlException { ErrorCode: MySqlErrorCode.QueryInterrupted or MySqlErrorCode.CommandTimeoutExpired };

    /// <summary>1053 shutdown, 1927 killed (MariaDB), 2006/2013 gone, 3169 killed (MySQL), 4031 idle too long (MySQL).</summary>
    public static bool IsConnectionLost(MySqlConnection connection, Exception error) =>
        connection.State != ConnectionState.Open || error is MySqlException { Number: 1053 or 1927 or 2006 or 2013 or 3169 or 4031 };
}
