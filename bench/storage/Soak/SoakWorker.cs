using System.Globalization;
using Hangfire;
using Hangfire.MySql;

namespace StorageBench.Soak;

/// <summary>A process with a server, which the soak may kill.</summary>
internal static class SoakWorker
{
    public const string ChildCommand = "child-soak";

    public static int Run(string[] arguments)
    {
        SoakJobs.Be(arguments[0], arguments[1]);
        var lease = TimeSpan.FromSeconds(double.Parse(arguments[3], CultureInfo.InvariantCulture));
        using var storage = new MySqlStorage(arguments[0], new MySqlStorageOptions { SlidingInvisibilityTimeout = lease, CountersAggregateInterval = TimeSpan.FromSeconds(10), JobExpirationCheckInterval = TimeSpan.FromSeconds(15) });
        using var server = new BackgroundJobServer(
            new BackgroundJobServerOptions { WorkerCount = int.Parse(arguments[2], CultureInfo.InvariantCulture), SchedulePollingInterval = TimeSpan.FromSeconds(1), HeartbeatInterval = TimeSpan.FromSeconds(5) },
            storage);
        // until the soak ends it, or is ended itself
        Console.In.ReadToEnd();
        return 0;
    }
}
