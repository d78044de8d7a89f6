using System.Diagnostics;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace DashboardBench.Servers;

/// <summary>The whole program as ./run starts it, with the bench's pipelines: server and embedded broker, each a process.</summary>
internal sealed class SchedulerServer : IAsyncDisposable
{
    private const string Listening = "listening on ";
    private const string BrokerReady = "broker ready on ";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private readonly string _folder = Directory.CreateTempSubdirectory("dashboard-bench-").FullName;
    private readonly Child _broker;
    private readonly Child _server;

    private SchedulerServer(string database)
    {
        string[] folder = ["--Data=" + _folder, "--Urls=http://127.0.0.1:0", "--Sql=" + Path.Combine(Checkout.Root, "sql")];
        _broker = new Child(_folder, [], ["broker", "--data", _folder]);
        try
        {
            _broker.Line(BrokerReady, Patience);
            var bootstrap = JsonDocument.Parse(File.ReadAllText(Path.Combine(_folder, "broker.json"))).RootElement.GetProperty("bootstrapServers").GetString()!;
            // a log that is streamed for minutes is to be kept whole
            _server = new Child(_folder, new() { ["ConnectionStrings__MySql"] = database, ["Kafka__BootstrapServers"] = bootstrap, ["Kafka__Embedded"] = "true" }, ["serve", .. folder, "--Pipeline:MaxLogLines=1000000"]);
            Address = new Uri(_server.Line(Listening, Patience));
            Http = new HttpClient { BaseAddress = Address, Timeout = Patience };
        }
        catch
        {
            _server?.Kill();
            _broker.Kill();
            throw;
        }
    }

    public Uri Address { get; }

    public HttpClient Http { get; }

    /// <summary>What its process has worked.</summary>
    public TimeSpan ProcessorTime => _server.ProcessorTime;

    public static SchedulerServer Start(string database) => new(database);

    public async Task<string> TriggerAsync(string pipeline, object parameters)
    {
        using var answer = await Http.PostAsJsonAsync($"/api/pipelines/{pipeline}/runs", new { parameters });
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()!;
    }

    public async Task<string> StateAsync(string run) => (await Http.GetFromJsonAsync<JsonElement>("/api/runs/" + run)).GetProperty("state").GetString()!;

    public async Task EndAsync(string run)
    {
        var started = Stopwatch.GetTimestamp();
        while (await StateAsync(run) is "queued" or "running")
        {
            if (Stopwatch.GetElapsedTime(started) > Patience)
            {
                throw new TimeoutException($"Run {run} has not ended within {Patience}.");
            }

            await Task.Delay(100);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _server.StopAsync(Patience);
        _broker.Kill();
        Directory.Delete(_folder, recursive: true);
    }

    private sealed class Child
    {
        private readonly Process _process;
        private readonly StringBuilder _start = new();
        private readonly object _lock = new();

        public Child(string folder, Dictionary<string, string> environment, string[] arguments)
        {
            var start = new ProcessStartInfo("dotnet", [typeof(Child).Assembly.Location, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder };
            foreach (var (key, value) in environment)
            {
                start.Environment[key] = value;
            }

            _process = Process.Start(start)!;
            _process.OutputDataReceived += Keep;
            _process.ErrorDataReceived += Keep;
            _process.BeginOutputReadLine();
            _process.BeginErrorReadLine();
        }

        public TimeSpan ProcessorTime
        {
            get
            {
                _process.Refresh();
                return _process.TotalProcessorTime;
            }
        }

        /// <summary>What stands in its first line that begins so.</summary>
        public string Line(string beginning, TimeSpan patience)
        {
            var started = Stopwatch.GetTimestamp();
            lock (_lock)
            {
                while (true)
                {
                    var said = _start.ToString();
                    if (said.Split('\n').FirstOrDefault(line => line.StartsWith(beginning, StringComparison.Ordinal)) is { } found)
                    {
                        return found[beginning.Length..].TrimEnd();
                    }

                    if (_process.HasExited || Stopwatch.GetElapsedTime(started) > patience)
                    {
                        throw new InvalidOperationException($"No line '{beginning}…' came:\n{said}");
                    }

                    Monitor.Wait(_lock, 100);
                }
            }
        }

        public void Kill()
        {
            _process.Kill();
            _process.WaitForExit();
            _process.Dispose();
        }

        /// <summary>SIGTERM, as ./run ends it.</summary>
        public async Task StopAsync(TimeSpan patience)
        {
            using (var kill = Process.Start("kill", ["-TERM", _process.Id.ToString()]))
            {
                await kill.WaitForExitAsync();
            }

            await _process.WaitForExitAsync().WaitAsync(patience);
            _process.Dispose();
        }

        // a log of a million lines is read, so that the server need not wait, and not kept
        private void Keep(object sender, DataReceivedEventArgs line)
        {
            lock (_lock)
            {
                if (_start.Length < 100_000)
                {
                    _start.AppendLine(line.Data);
                    Monitor.PulseAll(_lock);
                }
            }
        }
    }
}
