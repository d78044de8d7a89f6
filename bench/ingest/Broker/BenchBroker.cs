using System.Diagnostics;
using System.Text.Json;

namespace IngestBench.Broker;

/// <summary>The broker that ships inside librdkafka, as a process of its own. It keeps a little and forgets the rest: a bound, not Kafka.</summary>
internal sealed class BenchBroker : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ingest-bench-broker-").FullName;
    private readonly Process _process;

    public BenchBroker()
    {
        string[] arguments = [Path.Combine(AppContext.BaseDirectory, "PinScheduler.dll"), "broker", "--control", "--data", _folder];
        _process = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, WorkingDirectory = _folder })!;
        _ = _process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("The broker ended at its start; its reason stands above.");
        using var address = JsonDocument.Parse(File.ReadAllText(Path.Combine(_folder, "broker.json")));
        BootstrapServers = address.RootElement.GetProperty("bootstrapServers").GetString()!;
    }

    public string BootstrapServers { get; }

    public void CreateTopic(string name, int partitions) => Tell($"create {name} {partitions}");

    public void DeleteTopic(string name) => Tell($"delete {name}");

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(TimeSpan.FromSeconds(10)))
        {
            _process.Kill();
        }

        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private void Tell(string line)
    {
        _process.StandardInput.WriteLine(line);
        _process.StandardInput.Flush();
        var answer = _process.StandardOutput.ReadLine();
        if (answer != "ok")
        {
            throw new InvalidOperationException($"The broker answered '{answer}' to '{line}'.");
        }
    }
}
