using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using MySqlConnector;

namespace PinScheduler.Tests.EndToEnd;

/// <summary>The whole program as a user runs it, in processes of its own: server and embedded broker, on a database of the test's.</summary>
internal sealed class SchedulerProcess : IAsyncDisposable
{
    private readonly string[] _settings;
    private readonly string _login;
    private ChildProcess? _broker;
    private ChildProcess? _server;

    private SchedulerProcess(string name, Func<string, string> login, string[] settings)
    {
        ConnectionString = MariaDb.CreateDatabase(name);
        _login = login(ConnectionString);
        Data = Directory.CreateTempSubdirectory("pinscheduler-e2e-").FullName;
        _settings = settings;
    }

    public string ConnectionString { get; }

    public string Data { get; }

    public HttpClient Http { get; private set; } = new();

    public static Task<SchedulerProcess> StartAsync(string name, params string[] settings) => StartAsAsync(static owner => owner, name, settings);

    /// <summary>As another user than the database's owner.</summary>
    /// <param name="login">The owner's connection string in, the user's out.</param>
    /// <param name="name">Of the database.</param>
    /// <param name="settings">Arguments of server and broker.</param>
    public static async Task<SchedulerProcess> StartAsAsync(Func<string, string> login, string name, params string[] settings)
    {
        var scheduler = new SchedulerProcess(name, login, settings);
        await scheduler.StartAsync();
        return scheduler;
    }

    /// <summary>Starts what does not run; the broker, which forgets all when it ends, only where it is gone.</summary>
    public async Task StartAsync()
    {
        if (_broker is null)
        {
            _broker = Launch(["broker", "--data", Data, .. _settings], new());
            await _broker.LineAsync("broker ready on ");
        }

        var bootstrap = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(Data, "broker.json"))).RootElement.GetProperty("bootstrapServers").GetString()!;
        _server = Launch(["serve", "--Data=" + Data, "--Urls=http://127.0.0.1:0", "--Sql=" + Path.Combine(MariaDb.Root, "sql"), .. _settings], new()
        {
            ["ConnectionStrings__MySql"] = _login,
            ["Kafka__BootstrapServers"] = bootstrap,
            ["Kafka__Embedded"] = "true",
            // seconds of the processor, at each of the tests' many starts
            ["Dashboard__WarmUp"] = "false",
        });
        var address = (await _server.LineAsync("listening on "))["listening on ".Length..];
        Http.Dispose();
        Http = new HttpClient { BaseAddress = new Uri(address), Timeout = ChildProcess.Patience };
    }

    /// <summary>SIGKILL: no process gets to say anything.</summary>
    public void KillEverything()
    {
        KillServer();
        _broker?.Kill();
        _broker = null;
    }

    public void KillServer()
    {
        _server?.Kill();
        _server = null;
    }

    /// <summary>SIGTERM to the server, and its exit code.</summary>
    public async Task<int> StopServerAsync()
    {
        var server = _server!;
        _server = null;
        return await server.SignalAsync("TERM");
    }

    /// <summary>A line that the server says.</summary>
    public Task<string> LineAsync(string start) => _server!.LineAsync(start);

    public async Task<string> TriggerAsync(object? body = null)
    {
        using var answer = await Http.PostAsJsonAsync("/api/pipelines/nightly/runs", body ?? new { parameters = new { posts = 0 } });
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonDocument.Parse(text).RootElement.GetProperty("id").GetString()!;
    }

    public async Task<JsonElement> RunAsync(string run) => await Http.GetFromJsonAsync<JsonElement>("/api/runs/" + run);

    public Task<JsonElement> EndAsync(string run) => UntilAsync(run, static state => state.GetProperty("endedAt").ValueKind != JsonValueKind.Null);

    public async Task<JsonElement> UntilAsync(string run, Func<JsonElement, bool> holds)
    {
        var started = Stopwatch.StartNew();
        while (true)
        {
            var state = await RunAsync(run);
            if (holds(state))
            {
                return state;
            }

            Assert.True(started.Elapsed < ChildProcess.Patience, $"Run {run} is still {state.GetRawText()}\n{_server?.Output}");
            await Task.Delay(20);
        }
    }

    public async Task<JsonElement> SucceedAsync(string run)
    {
        var state = await EndAsync(run);
        Assert.True(state.GetProperty("state").GetString() == "succeeded", state.GetRawText() + "\n" + _server?.Output);
        return state;
    }

    public async Task<List<string>> QueryAsync(string sql)
    {
        await using var connection = new MySqlConnection(ConnectionString);
        await connection.OpenAsync();
        await using var command = new MySqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync())
        {
            rows.Add(reader.GetValue(0).ToString() ?? "");
        }

        return rows;
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await StopServerAsync();
        }

        _broker?.Kill();
        Http.Dispose();
        Directory.Delete(Data, recursive: true);
    }

    private ChildProcess Launch(string[] arguments, Dictionary<string, string> environment) =>
        new(Data, environment, "dotnet", [Path.Combine(AppContext.BaseDirectory, "PinScheduler.dll"), .. arguments]);
}
