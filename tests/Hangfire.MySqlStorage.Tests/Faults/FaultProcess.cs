using System.Diagnostics;
using System.Globalization;
using Hangfire.Client;
using Hangfire.MySql;
using Hangfire.MySqlStorage.Tests.Support;
using Hangfire.Server;
using Hangfire.States;
using Hangfire.Storage;
using MySqlStorageType = Hangfire.MySql.MySqlStorage;

namespace Hangfire.MySqlStorage.Tests.Faults;

/// <summary>A process of its own that a test kills or freezes at the worst moment.</summary>
internal sealed class FaultProcess : IDisposable
{
    public const string Command = "fault";

    private readonly Process _process;
    private readonly List<string> _lines = [];

    private FaultProcess(string role, string connectionString)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", typeof(FaultProcess).Assembly.Location, Command, role, connectionString])
        {
            RedirectStandardOutput = true,
            Environment = { [FaultJobs.RoleVariable] = "child" },
        };
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) =>
        {
            lock (_lines)
            {
                if (line.Data is { } text)
                {
                    _lines.Add(text);
                }
            }
        };
        _process.BeginOutputReadLine();
    }

    /// <summary>What the process has said so far.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lines)
            {
                return [.. _lines];
            }
        }
    }

    public bool HasExited => _process.HasExited;

    public static FaultProcess Start(string role, string connectionString) => new(role, connectionString);

    /// <summary>A worker whose lease runs out soon.</summary>
    public static MySqlStorageOptions ShortLease => new() { SlidingInvisibilityTimeout = TimeSpan.FromSeconds(2) };

    public static int Run(string[] args)
    {
        using var storage = new MySqlStorageType(args[1], ShortLease);
        switch (args[0])
        {
            case "serve":
                Serve(storage, new BackgroundJobStateChanger());
                break;
            case "die-after-commit":
                Serve(storage, new DeadlyStateChanger());
                break;
            case "hold-lock":
                HoldLock(storage);
                break;
            case "create-jobs":
                CreateJobs(storage);
                break;
            default:
                throw new ArgumentException($"A process has no role '{args[0]}'.");
        }

        return 0;
    }

    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Freeze() => Signal(_process.Id, "-STOP");

    public void Thaw() => Signal(_process.Id, "-CONT");

    public static void Signal(int processId, string signal)
    {
        using var kill = Process.Start("kill", [signal, processId.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Kill();
        }

        _process.Dispose();
    }

    private static void Serve(MySqlStorageType storage, IBackgroundJobStateChanger stateChanger)
    {
#pragma warning disable CS0618 // no other constructor takes a state changer
        using var server = new BackgroundJobServer(
            new BackgroundJobServerOptions { WorkerCount = 1 }, storage, [], null, null, new BackgroundJobFactory(), new BackgroundJobPerformer(), stateChanger);
#pragma warning restore CS0618
        Thread.Sleep(Timeout.Infinite);
    }

    private static void HoldLock(MySqlStorageType storage)
    {
        using var connection = storage.GetConnection();
        using var held = connection.AcquireDistributedLock("held", TimeSpan.Zero);
        Console.WriteLine("held");
        Thread.Sleep(Timeout.Infinite);
    }

    private static void CreateJobs(MySqlStorageType storage)
    {
        using var connection = (JobStorageConnection)storage.GetConnection();
        while (true)
        {
            Console.WriteLine("begin");
            using var transaction = (JobStorageTransaction)connection.CreateWriteTransaction();
            for (var i = 0; i < CreateJobFaults.Batch; i++)
            {
                var parameters = new Dictionary<string, string> { ["Number"] = $"{i}" };
                var id = transaction.CreateJob(TestJobs.Nothing(), parameters, new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc), TimeSpan.FromDays(1));
                transaction.SetJobState(id, new EnqueuedState());
                transaction.AddToQueue("default", id);
            }

            transaction.Commit();
            Console.WriteLine("committed");
        }
    }
}
