using System.Diagnostics;
using System.Text.Json;
using PinScheduler.Tests.EndToEnd;
using PinScheduler.Tests.Kafka;

namespace PinScheduler.Tests.Hosting.Embedded;

public class BrokerProcessTests
{
    [Fact]
    public async Task Broker_SaysWhereItListens_WhenReady()
    {
        await using var broker = new EmbeddedBroker();

        using var address = JsonDocument.Parse(File.ReadAllText(broker.AddressFile));
        Assert.Equal(broker.Process.Id, address.RootElement.GetProperty("pid").GetInt32());
        Assert.StartsWith("127.0.0.1:", broker.BootstrapServers, StringComparison.Ordinal);
        Assert.Equal($"broker ready on {broker.BootstrapServers}", broker.ReadyLine);
        Assert.Equal([Path.Combine(broker.Folder, "broker.json")], Directory.GetFiles(broker.Folder));
    }

    [Fact]
    public async Task Broker_HasTheConfiguredTopics_WhenStarted()
    {
        await using var broker = new EmbeddedBroker(1, "--Kafka:Topics:geo:Name=places", "--Kafka:Topics:geo:Partitions=3");
        using var catalog = new PinScheduler.Kafka.TopicCatalog(broker.Clients(), TimeProvider.System);

        var topics = await catalog.RefreshAsync(default);

        Assert.Equal(["pinterest.pin", "pinterest.user", "places"], topics.Keys.Order(StringComparer.Ordinal));
        Assert.Equal([16, 16, 3], topics.Values.OrderBy(topic => topic.Name, StringComparer.Ordinal).Select(topic => topic.Partitions.Count));
    }

    [Fact]
    public async Task Broker_IgnoresCtrlCAndEndsOnTerm_WhenSignalled()
    {
        await using var broker = new EmbeddedBroker();

        Signal(broker.Process.Id, "INT");
        await broker.TellAsync("create still-here 1");
        Signal(broker.Process.Id, "TERM");
        await broker.Process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(5));

        Assert.Equal(0, broker.Process.ExitCode);
        Assert.False(File.Exists(broker.AddressFile));
    }

    [Fact]
    public async Task Broker_StaysForTheServerAndThenEnds_WhenItsStarterIsGone()
    {
        var folder = Directory.CreateTempSubdirectory("pinscheduler-orphan-").FullName;
        try
        {
            // a stand-in for the server: the program's name is all that the broker knows it by
            using var server = Process.Start(new ProcessStartInfo("bash", ["-c", "exec -a PinScheduler-stand-in sleep 60"]))!;
            await File.WriteAllTextAsync(Path.Combine(folder, "server.pid"), $"{server.Id}\n");
            using var starter = Process.Start(new ProcessStartInfo("bash", ["-c", $"dotnet '{Path.Combine(AppContext.BaseDirectory, "PinScheduler.dll")}' broker --data '{folder}' > /dev/null & sleep 60"]))!;
            var broker = await BrokerPidAsync(folder);

            starter.Kill();
            await Task.Delay(TimeSpan.FromSeconds(1.2)); // twice its interval: that nothing happens cannot be polled for
            Assert.True(Directory.Exists($"/proc/{broker}"));

            server.Kill();
            await WaitUntil(() => !Directory.Exists($"/proc/{broker}"), "the broker ends");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData(0, "Usage:", "--help")]
    [InlineData(2, "The broker {0} serves '{1}' already")]
    public async Task Broker_LeavesTheOneThatRunsAlone(int code, string sentence, params string[] more)
    {
        await using var broker = new EmbeddedBroker();
        var address = await File.ReadAllTextAsync(broker.AddressFile);

        var second = new ChildProcess(broker.Folder, new Dictionary<string, string>(), "dotnet", [Path.Combine(AppContext.BaseDirectory, "PinScheduler.dll"), "broker", "--data", broker.Folder, .. more]);

        Assert.True(await second.ExitAsync() == code, second.Output);
        Assert.Contains(string.Format(sentence, broker.Process.Id, broker.Folder), second.Output, StringComparison.Ordinal);
        Assert.Equal(address, await File.ReadAllTextAsync(broker.AddressFile));
        await broker.TellAsync("create still-here 1");
    }

    [Fact]
    public async Task Broker_Starts_WhereOneWasKilledAndItsNumberIsAnothersNow()
    {
        var folder = Directory.CreateTempSubdirectory("pinscheduler-broker-").FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "broker.json"), $$"""{"bootstrapServers":"127.0.0.1:1","pid":{{Environment.ProcessId}}}""");

        var broker = new ChildProcess(folder, new Dictionary<string, string>(), "dotnet", [Path.Combine(AppContext.BaseDirectory, "PinScheduler.dll"), "broker", "--data", folder]);

        await broker.LineAsync("broker ready on ");
        Assert.Equal(0, await broker.SignalAsync("TERM"));
        Directory.Delete(folder, recursive: true);
    }

    private static void Signal(int pid, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{pid}"]);
        kill.WaitForExit();
    }

    private static async Task<int> BrokerPidAsync(string folder)
    {
        var file = Path.Combine(folder, "broker.json");
        await WaitUntil(() => File.Exists(file), "the broker starts");
        using var address = JsonDocument.Parse(await File.ReadAllTextAsync(file));
        return address.RootElement.GetProperty("pid").GetInt32();
    }

    private static async Task WaitUntil(Func<bool> condition, string what)
    {
        for (var started = Stopwatch.StartNew(); !condition(); await Task.Delay(20))
        {
            Assert.True(started.Elapsed < TimeSpan.FromSeconds(15), $"waited for: {what}");
        }
    }
}
