using MySqlConnector;

namespace PinScheduler.Stages.Analyze;

/// <summary>Tells an error in a query, which stays, from trouble of the server or the line, which another attempt may not meet.</summary>
internal static class SqlErrors
{
    // numbers that MySqlErrorCode does not name: MariaDB's 1927 and MySQL's 3169, a connection that was killed
    private const int ConnectionKilled = 1927;
    private const int SessionWasKilled = 3169;

    public static bool IsOfTheQuery(MySqlException exception) =>
        exception is { IsTransient: false, InnerException: null }
        && (int)exception.ErrorCode is not (ConnectionKilled or SessionWasKilled)
        && exception.ErrorCode is not (
            MySqlErrorCode.QueryInterrupted or MySqlErrorCode.ServerShutdown or MySqlErrorCode.DiskFull or MySqlErrorCode.OutOfMemory
            or MySqlErrorCode.OutOfResources or MySqlErrorCode.NewAbortingConnection or MySqlErrorCode.AbortingConnection
            or MySqlErrorCode.UnableToConnectToHost or MySqlErrorCode.CommandTimeoutExpired);
}
