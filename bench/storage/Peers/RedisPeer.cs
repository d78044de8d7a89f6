using System.Diagnostics;
using System.Globalization;
using Hangfire;
using Hangfire.Redis.StackExchange;
using StackExchange.Redis;

namespace StorageBench.Peers;

/// <summary>Hangfire.Redis.StackExchange on a Redis of its own: without persistence, or with each command synced to disk.</summary>
internal sealed class RedisPeer(bool durable) : IPeer
{
    private readonly string _folder = Directory.CreateTempSubdirectory("storage-bench-redis-").FullName;
    private readonly int _port = PrivateServer.FreePort();
    private Process? _server;
    private ConnectionMultiplexer? _admin;
    private int _readings;

    public string Name => durable ? "redis-aof" : "redis";

    public string Version => $"Hangfire.Redis.StackExchange {typeof(RedisStorage).Assembly.GetName().Version?.ToString(3)} on Redis {Server.Version}" +
        (durable ? ", appendfsync always" : ", no persistence");

    public double Share => 1;

    public bool IsShared => true;

    public string Address => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_port}");

    private IServer Server => _admin!.GetServers()[0];

    public string? Start()
    {
        if (PrivateServer.Find("redis-server") is not { } program)
        {
            return "redis-server is not installed (Debian: redis-server)";
        }

        string[] persistence = durable ? ["--appendonly", "yes", "--appendfsync", "always"] : ["--appendonly", "no"];
        string[] arguments = ["--port", _port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--dir", _folder, "--save", "", "--loglevel", "warning", .. persistence];
        _server = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true });
        _admin = ConnectionMultiplexer.Connect(new ConfigurationOptions { EndPoints = { Address }, AllowAdmin = true, ConnectRetry = 50, AbortOnConnectFail = false });
        _admin.GetDatabase().Ping();
        return null;
    }

    public JobStorage Open()
    {
        Server.FlushAllDatabases();
        return Connect(Address);
    }

    public JobStorage Connect(string address) => new RedisStorage(address, new RedisStorageOptions());

    public Traffic Read() => new()
    {
        // INFO counts itself
        Statements = double.Parse(Server.Info("stats").Single().Single(pair => pair.Key == "total_commands_processed").Value, CultureInfo.InvariantCulture) - _readings++,
        ServerCpu = PrivateServer.Cpu(_server!.Id),
    };

    public void Dispose()
    {
        _admin?.Dispose();
        if (_server is not null)
        {
            _server.Kill();
            _server.WaitForExit();
            _server.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }
}
