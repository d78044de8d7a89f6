using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Dapper;
using MySqlConnector;
using WarehouseBench.Data;
using WarehouseBench.Report;

namespace WarehouseBench.Nights;

/// <summary>The whole of ./run on a folder of its own, whose landing files have been registered as a drain does it.</summary>
internal sealed class OurScheduler : IAsyncDisposable
{
    private static readonly TimeSpan LongestRun = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);

    private readonly string _folder;
    private readonly bool _keep;
    private readonly DirectoryInfo _data;
    private readonly Process _run;
    private readonly HttpClient _http;

    private OurScheduler(string folder, string databaseSettings, bool keep)
    {
        _folder = folder;
        _keep = keep;
        // beside the files, for links to them
        _data = new DirectoryInfo(Path.Combine(folder, "scheduler"));
        if (_data.Exists)
        {
            _data.Delete(recursive: true);
        }

        _data.CreateSubdirectory("landing");
        var port = FreePort();
        _run = Process.Start(new ProcessStartInfo(Path.Combine(Checkout.Root, "run"),
        [
            "--idle", "--data", _data.FullName, "--", $"--Urls=http://127.0.0.1:{port}", "--Pipeline:Posts=0", "--Pipeline:Cron=0 0 29 2 *", "--Pipeline:Source:Posts=100",
        ])
        {
            RedirectStandardOutput = true,
            Environment = { ["PINSCHEDULER_MARIADB"] = databaseSettings },
        })!;
        _http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
    }

    public string ConnectionString => new MySqlConnectionStringBuilder
    {
        Server = "127.0.0.1",
        Port = uint.Parse(Setting("port"), CultureInfo.InvariantCulture),
        UserID = Setting("user"),
        Password = Setting("password"),
        Database = "pinscheduler",
        DefaultCommandTimeout = 0,
    }.ConnectionString;

    private int Database => ProcessOf("mysql.pid");

    private int Server => ProcessOf("server.pid");

    public static async Task<OurScheduler> StartAsync(string folder, string databaseSettings, bool keep, CancellationToken cancellationToken)
    {
        var scheduler = new OurScheduler(folder, databaseSettings, keep);
        while (await scheduler._run.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.StartsWith("listening on ", StringComparison.Ordinal))
            {
                return scheduler;
            }
        }

        await scheduler.DisposeAsync();
        throw new InvalidOperationException("./run ended before it listened; its reason stands above.");
    }

    public async Task<NightFigures> RunAsync(IReadOnlyList<DataFile> files, CancellationToken cancellationToken)
    {
        await RegisterAsync(files, cancellationToken);
        ProcessFigures.ForgetPeak(Server);
        var (databaseCpu, ownCpu, started) = (ProcessFigures.CpuSeconds(Database), ProcessFigures.CpuSeconds(Server), Stopwatch.GetTimestamp());
        using var begun = await _http.PostAsJsonAsync("/api/pipelines/nightly/runs", new { parameters = new { posts = 0 } }, cancellationToken);
        begun.EnsureSuccessStatusCode();
        var id = (await begun.Content.ReadFromJsonAsync<JsonElement>(cancellationToken)).GetProperty("id").GetString();
        JsonElement run;
        while ((run = await _http.GetFromJsonAsync<JsonElement>($"/api/runs/{id}", cancellationToken)).GetProperty("endedAt").ValueKind == JsonValueKind.Null)
        {
            if (Stopwatch.GetElapsedTime(started) > LongestRun)
            {
                throw new TimeoutException($"The run has not ended within {LongestRun.TotalMinutes:0} minutes.");
            }

            await Task.Delay(PollInterval, cancellationToken);
        }

        if (run.GetProperty("state").GetString() != "succeeded")
        {
            throw new InvalidOperationException($"The run is {run.GetProperty("state")}: {string.Join("; ", Tasks(run).Select(task => task.GetProperty("error")).Where(error => error.ValueKind == JsonValueKind.String))}");
        }

        foreach (var task in Tasks(run).OrderByDescending(Seconds).Take(12))
        {
            Console.Error.WriteLine($"    {task.GetProperty("key"),-45} {Seconds(task):0.00} s  {task.GetProperty("counts")}");
        }

        var clean = Span(run, "clean");
        return new NightFigures(
            (clean.End - clean.Start).TotalSeconds, (Span(run, "analyze").End - clean.End).TotalSeconds, (Span(run, "check").End - Span(run, "analyze").End).TotalSeconds, (Instant(run, "endedAt") - Instant(run, "createdAt")).TotalSeconds,
            ProcessFigures.CpuSeconds(Database) - databaseCpu, ProcessFigures.CpuSeconds(Server) - ownCpu, ProcessFigures.PeakMegabytes(Server));
    }

    /// <summary>The results as CSV, by analysis.</summary>
    public async Task<Dictionary<string, string>> ResultsAsync(CancellationToken cancellationToken)
    {
        var results = new Dictionary<string, string>();
        foreach (var analysis in (await _http.GetFromJsonAsync<JsonElement>("/api/results", cancellationToken)).EnumerateArray().Select(static entry => entry.GetProperty("analysis").GetString()!))
        {
            results[analysis] = await _http.GetStringAsync($"/api/results/{analysis}?format=csv", cancellationToken);
        }

        return results;
    }

    public async Task<string> ServerAsync(CancellationToken cancellationToken)
    {
        await using var connection = new MySqlConnection(ConnectionString);
        await connection.OpenAsync(cancellationToken);
        return await connection.QuerySingleAsync<string>("select concat(@@version_comment, ' ', @@version, ', buffer pool ', @@innodb_buffer_pool_size div 1048576, ' MB, redo log ', /*!80030 @@innodb_redo_log_capacity div 1048576, */ /*M!100000 @@innodb_log_file_size div 1048576, */ ' MB, ', @@innodb_flush_method)");
    }

    public async ValueTask DisposeAsync()
    {
        if (!_run.HasExited)
        {
            using var signal = Process.Start("kill", ["-TERM", $"{_run.Id}"]);
            await signal.WaitForExitAsync();
            await _run.WaitForExitAsync();
        }

        _run.Dispose();
        _http.Dispose();
        if (!_keep)
        {
            _data.Delete(recursive: true);
        }
    }

    private async Task RegisterAsync(IReadOnlyList<DataFile> files, CancellationToken cancellationToken)
    {
        // links: a drain removes what its ledger does not know
        using var link = Process.Start(new ProcessStartInfo("cp", ["-l", "--parents", "-t", Path.Combine(_data.FullName, "landing"), .. files.Select(static file => file.Path)]) { WorkingDirectory = DataFile.LandingOf(_folder) })!;
        await link.WaitForExitAsync(cancellationToken);
        await using var connection = new MySqlConnection(ConnectionString);
        await connection.OpenAsync(cancellationToken);
        foreach (var file in files)
        {
            await connection.ExecuteAsync(
                """
                insert into landing_file (data_set, topic, incarnation, `partition`, first_offset, last_offset, consumed, records, dead_letters, bytes, checksum, disk_bytes, dead_bytes, path, run, created_at)
                values (@DataSet, @topic, 'generated', @Partition, @FirstOffset, @FirstOffset + @Records - 1, @Records, @Records, 0, @Bytes, @Checksum, @Bytes, 0, @Path, 0, utc_timestamp(6))
                """,
                new { file.DataSet, topic = "pinterest." + file.DataSet, file.Partition, file.FirstOffset, file.Records, file.Bytes, file.Checksum, file.Path });
        }
    }

    private static (DateTime Start, DateTime End) Span(JsonElement run, string stage)
    {
        var tasks = Tasks(run).Where(task => task.GetProperty("stage").GetString() == stage && task.GetProperty("startedAt").ValueKind != JsonValueKind.Null).ToList();
        return (tasks.Min(task => Instant(task, "startedAt")), tasks.Max(task => Instant(task, "endedAt")));
    }

    private static JsonElement.ArrayEnumerator Tasks(JsonElement run) => run.GetProperty("tasks").EnumerateArray();

    private static double Seconds(JsonElement task) => task.GetProperty("startedAt").ValueKind == JsonValueKind.Null ? 0 : (Instant(task, "endedAt") - Instant(task, "startedAt")).TotalSeconds;

    private static DateTime Instant(JsonElement element, string name) => element.GetProperty(name).GetDateTime();

    private int ProcessOf(string file) => int.Parse(File.ReadAllText(Path.Combine(_data.FullName, file)), CultureInfo.InvariantCulture);

    private string Setting(string key) =>
        File.ReadLines(Path.Combine(_data.FullName, "admin.cnf")).First(line => line.StartsWith(key + "=", StringComparison.Ordinal))[(key.Length + 1)..];

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
