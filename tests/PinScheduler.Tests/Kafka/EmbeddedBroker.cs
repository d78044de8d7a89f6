using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using PinScheduler.Kafka;

namespace PinScheduler.Tests.Kafka;

/// <summary>
/// The verb `broker` as a child process. <see cref="Shared"/> is one for all test classes that bring topics of their own
/// (<see cref="CreateTopicsAsync"/>) and disturb nobody; a test that takes it down or injects errors starts its own.
/// </summary>
public sealed class EmbeddedBroker : IAsyncDisposable
{
    private static readonly Lazy<EmbeddedBroker> One = new(() =>
    {
        var broker = new EmbeddedBroker();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => broker.DisposeAsync().AsTask().Wait();
        return broker;
    });

    private readonly SemaphoreSlim _speaking = new(1, 1);

    public EmbeddedBroker(int brokers = 1, params string[] settings)
    {
        Folder = Directory.CreateTempSubdirectory("pinscheduler-broker-").FullName;
        string[] arguments = [Path.Combine(AppContext.BaseDirectory, "PinScheduler.dll"), "broker", "--control", "--data", Folder, "--Brokers", $"{brokers}", .. settings];
        Process = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, WorkingDirectory = Folder })!;
        ReadyLine = Process.StandardOutput.ReadLine() ?? throw new InvalidOperationException($"The broker ended at its start; its reason stands above.");
        using var address = JsonDocument.Parse(File.ReadAllText(AddressFile));
        BootstrapServers = address.RootElement.GetProperty("bootstrapServers").GetString()!;
    }

    public static EmbeddedBroker Shared => One.Value;

    public Process Process { get; }

    public string Folder { get; }

    public string AddressFile => Path.Combine(Folder, "broker.json");

    public string ReadyLine { get; }

    public string BootstrapServers { get; }

    /// <summary>New topics for the three data sets, named after the class that asks: PREFIX-xxxxxxxx.pin, .geo, .user.</summary>
    public async Task<Dictionary<string, string>> CreateTopicsAsync(string prefix, int partitions = 4)
    {
        var unique = $"{prefix}-{Guid.NewGuid():N}"[..(prefix.Length + 9)];
        var topics = new[] { "pin", "geo", "user" }.ToDictionary(key => key, key => $"{unique}.{key}");
        foreach (var topic in topics.Values)
        {
            await CreateTopicAsync(topic, partitions);
        }

        return topics;
    }

    public Task CreateTopicAsync(string topic, int partitions) => TellAsync($"create {topic} {partitions}");

    public Task DeleteTopicAsync(string topic) => TellAsync($"delete {topic}");

    /// <summary>Records below an offset are gone, as if they had expired.</summary>
    public Task DeleteRecordsAsync(string topic, int partition, long before) => TellAsync($"delete-records {topic} {partition} {before}");

    public Task SetLeaderAsync(string topic, int partition, int broker) => TellAsync($"leader {topic} {partition} {broker}");

    public Task TakeDownAsync(int broker = 1) => TellAsync($"down {broker}");

    public Task BringUpAsync(int broker = 1) => TellAsync($"up {broker}");

    public Task DelayAsync(int milliseconds, int broker = 1) => TellAsync($"delay {broker} {milliseconds}");

    /// <summary>The next requests of a kind (0 Produce, 1 Fetch, 2 ListOffsets, 3 Metadata, 22 InitProducerId) are answered with these errors.</summary>
    public Task PushErrorsAsync(int apiKey, params int[] errors) => TellAsync($"errors {apiKey} {string.Join(' ', errors)}");

    public Task ClearErrorsAsync(int apiKey) => TellAsync($"no-errors {apiKey}");

    /// <summary>Configuration of a server that uses this broker.</summary>
    public Dictionary<string, string?> Settings(IReadOnlyDictionary<string, string> topics)
    {
        var settings = topics.ToDictionary(pair => $"Kafka:Topics:{pair.Key}:Name", pair => (string?)pair.Value);
        settings["Kafka:BootstrapServers"] = BootstrapServers;
        settings["Kafka:Embedded"] = "true";
        return settings;
    }

    internal KafkaClients Clients(params (string Key, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(Settings(new Dictionary<string, string>()))
            .AddInMemoryCollection(settings.Select(pair => KeyValuePair.Create(pair.Key, (string?)pair.Value))).Build();
        return new KafkaClients(Options.Create(configuration.GetSection("Kafka").Get<KafkaOptions>()!), configuration, NullLogger<KafkaClients>.Instance);
    }

    public async Task<string> TellAsync(string command)
    {
        await _speaking.WaitAsync();
        try
        {
            await Process.StandardInput.WriteLineAsync(command);
            await Process.StandardInput.FlushAsync();
            var answer = await Process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(10));
            return answer == "ok" ? answer : throw new InvalidOperationException($"The broker answered '{command}' with '{answer}'.");
        }
        finally
        {
            _speaking.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!Process.HasExited)
        {
            Process.Kill();
            await Process.WaitForExitAsync();
        }

        Process.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
