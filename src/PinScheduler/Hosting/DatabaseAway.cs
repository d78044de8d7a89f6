using System.Net.Sockets;
using Hangfire;
using Hangfire.MySql;
using MySqlConnector;

namespace PinScheduler.Hosting;

/// <summary>While the database is away, the API says so: 503 with Retry-After and problem details.</summary>
internal static class DatabaseAway
{
    private const string RetryAfterSeconds = "5";

    public static void UseDatabaseAway(this WebApplication app) => app.Use(static async (http, next) =>
    {
        try
        {
            await next(http);
        }
        catch (Exception exception) when (!http.Response.HasStarted && http.Request.Path.StartsWithSegments("/api") && Is(exception))
        {
            http.Response.Headers.RetryAfter = RetryAfterSeconds;
            await TypedResults.Problem($"The database does not answer ({exception.Message}): ask again when it is back.{(HttpMethods.IsPost(http.Request.Method) ? " A run that was being started may have been: ask with the same idempotency key." : "")}", statusCode: StatusCodes.Status503ServiceUnavailable).ExecuteAsync(http);
        }
    });

    /// <summary>It cannot be reached, is stopping, or went away in the middle; not where it refuses a statement.</summary>
    internal static bool Is(Exception exception) => exception switch
    {
        MySqlException { ErrorCode: MySqlErrorCode.UnableToConnectToHost or MySqlErrorCode.ServerShutdown or MySqlErrorCode.ConnectionCountError or MySqlErrorCode.TooManyUserConnections or MySqlErrorCode.NewAbortingConnection } => true,
        MySqlException { InnerException: IOException or SocketException } => true,
        MySqlException { InnerException: MySqlException inner } => Is(inner),
        // the lock's session went away; what Hangfire was doing about a job when its storage failed
        DistributedLockLostException => true,
        BackgroundJobClientException { InnerException: { } inner } => Is(inner),
        // a connection that breaks in an answer, and a pooled one that had broken before
        IOException { InnerException: SocketException } or SocketException => true,
        InvalidOperationException { Source: "MySqlConnector" } or EndOfStreamException { Source: "MySqlConnector" } => true,
        _ => false,
    };
}
