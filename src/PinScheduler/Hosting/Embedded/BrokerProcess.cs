using System.Runtime.InteropServices;
using System.Text.Json;
using PinScheduler.Kafka;
using PinScheduler.Stages;

namespace PinScheduler.Hosting.Embedded;

/// <summary>
/// The verb `broker --data DIR`: librdkafka's own Kafka in a process of its own, so that no restart of the server loses a record.
/// DIR/broker.json says where it listens; it ends on SIGTERM, or when those who need it are gone, and its records end with it.
/// </summary>
internal static class BrokerProcess
{
    public const string AddressFile = "broker.json";

    public static async Task<int> RunAsync(string[] args)
    {
        using var configuration = new ConfigurationManager();
        try
        {
            ConfigurationSources.Configure(configuration, [.. args.Where(word => word is not ("broker" or "--control"))]);
            return await RunAsync(configuration, args.Contains("--control"));
        }
        catch (Exception exception) when (StartFailure.Explain(exception, configuration) is { } reason)
        {
            await Console.Error.WriteLineAsync(reason);
            return StartFailure.ExitCode;
        }
    }

    private static async Task<int> RunAsync(ConfigurationManager configuration, bool control)
    {
        var data = new DataFolder(configuration["Data"] ?? "data");
        data.Create();
        if (OtherBroker(data) is { } other)
        {
            throw new InvalidOperationException($"The broker {other} serves '{data.Path}' already; it goes on, and nothing was changed. Stop it first (kill {other}: its records end with it), or take another folder with --data DIR.");
        }

        var ending = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
        {
            signal.Cancel = true;
            ending.TrySetResult();
        });
        // Ctrl-C and a closed terminal reach all processes at once; the server still drains us then, and who started us ends us after that
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, static signal => signal.Cancel = true);
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, static signal => signal.Cancel = true);

        var owners = new OwnerWatch(data, TimeProvider.System);
        using var cluster = new MockCluster(configuration.GetValue("Brokers", 1));
        CreateTopics(cluster, configuration);
        await PublishAddressAsync(data, cluster.BootstrapServers);
        Console.WriteLine($"broker ready on {cluster.BootstrapServers}");
        if (control)
        {
            // the console's reader blocks its caller, asynchronous or not
            _ = Task.Run(() => new BrokerControl(cluster).RunAsync(Console.In, Console.Out, CancellationToken.None));
        }

        using var stop = new CancellationTokenSource();
        await Task.WhenAny(ending.Task, owners.WaitAsync(stop.Token));
        await stop.CancelAsync();
        RemoveAddress(data);
        return 0;
    }

    // its number, where it lives; the number alone may be another program's by now
    private static int? OtherBroker(DataFolder data)
    {
        try
        {
            using var address = JsonDocument.Parse(File.ReadAllText(data.Combine(AddressFile)));
            var pid = address.RootElement.GetProperty("pid").GetInt32();
            return pid != Environment.ProcessId && File.ReadAllText($"/proc/{pid}/cmdline").Split('\0').Contains("broker") ? pid : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException or KeyNotFoundException)
        {
            return null;
        }
    }

    private static void CreateTopics(MockCluster cluster, ConfigurationManager configuration)
    {
        var options = configuration.GetSection(KafkaOptions.Section).Get<KafkaOptions>() ?? new KafkaOptions();
        options.Embedded = true;
        foreach (var set in DataSet.All)
        {
            cluster.CreateTopic(options.TopicOf(set.Key), options.PartitionsOf(set.Key));
        }
    }

    private static async Task PublishAddressAsync(DataFolder data, string bootstrapServers)
    {
        var draft = data.Combine($"{AddressFile}.{Environment.ProcessId}");
        await File.WriteAllTextAsync(draft, JsonSerializer.Serialize(new { bootstrapServers, pid = Environment.ProcessId }) + "\n");
        File.Move(draft, data.Combine(AddressFile), overwrite: true);
    }

    private static void RemoveAddress(DataFolder data)
    {
        try
        {
            using var address = JsonDocument.Parse(File.ReadAllText(data.Combine(AddressFile)));
            if (address.RootElement.GetProperty("pid").GetInt32() == Environment.ProcessId)
            {
                File.Delete(data.Combine(AddressFile));
            }
        }
        catch (Exception exception) when (exception is IOException or JsonException or KeyNotFoundException)
        {
            // the folder has gone, or another broker has taken the place
        }
    }
}
