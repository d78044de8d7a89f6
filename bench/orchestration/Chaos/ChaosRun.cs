using System.Collections.Concurrent;
using System.Diagnostics;
using Dapper;
using MySqlConnector;
using OrchestrationBench.Servers;

namespace OrchestrationBench.Chaos;

/// <summary>Two servers, somebody who kills them, clients who want things from whichever lives; then quiet, and a look at what came of it.</summary>
internal sealed class ChaosRun(string database, int seed, TimeSpan time, IReadOnlyList<Action> disturbDatabase)
{
    private const int Clients = 20;
    private static readonly TimeSpan Still = TimeSpan.FromMinutes(3);
    private readonly ServerProcess?[] _servers = new ServerProcess?[2];
    private readonly ChaosClients _clients = new(seed);
    private readonly ConcurrentBag<string> _broken = [];
    private readonly ConcurrentBag<string> _unhandled = [];
    private int _kills;
    private int _restarts;

    public async Task<ChaosReport> RunAsync()
    {
        try
        {
            // the first server makes the tables
            _servers[0] = await ServerProcess.StartAsync(database, seed);
            _servers[1] = await ServerProcess.StartAsync(database, seed);
            await using (var connection = await OpenAsync())
            {
                await connection.ExecuteAsync(ChaosStage.Tables);
            }

            using (var end = new CancellationTokenSource(time))
            {
                await Task.WhenAll(Enumerable.Range(0, Clients).Select(client => _clients.RunAsync(client, Living, end.Token)).Append(DisturbAsync(end.Token)));
            }

            await SettleAsync();
            _servers.OfType<ServerProcess>().ToList().ForEach(NoteUnhandled);
            await using var after = await OpenAsync();
            var broken = _broken.Concat(_clients.Broken).Concat(await Invariants.BrokenAsync(after)).ToList();
            return new ChaosReport(seed, time, await after.ExecuteScalarAsync<int>("select count(*) from run"), await after.ExecuteScalarAsync<int>("select count(*) from task_attempt"), _kills, _restarts,
                _clients.Cancels, _clients.Retries, _clients.Stories, _clients.Refusals, [.. _unhandled], broken);
        }
        finally
        {
            if (Environment.GetEnvironmentVariable("CHAOS_LOG") is { Length: > 0 } file)
            {
                await File.WriteAllLinesAsync(file, _servers.OfType<ServerProcess>().Select(server => server.Output));
            }

            foreach (var server in _servers)
            {
                server?.Dispose();
            }
        }
    }

    private Uri? Living(Random random) => _servers[random.Next(_servers.Length)]?.Address;

    // the last disturbance may be a server that is down: it is started again, as an administrator would
    private async Task DisturbAsync(CancellationToken end)
    {
        var random = new Random(seed);
        while (!end.IsCancellationRequested)
        {
            await Task.Delay(TimeSpan.FromSeconds(1 + (random.NextDouble() * 4)), end).ContinueWith(static _ => { }, TaskScheduler.Default);
            if (disturbDatabase.Count > 0 && random.Next(6) == 0)
            {
                await Task.Run(disturbDatabase[random.Next(disturbDatabase.Count)], CancellationToken.None);
                _restarts++;
                continue;
            }

            var which = random.Next(_servers.Length);
            var server = _servers[which]!;
            _servers[which] = null;
            server.Kill();
            NoteUnhandled(server);
            _kills++;
            server.Dispose();
            _servers[which] = await ServerProcess.StartAsync(database, seed);
        }
    }

    private void NoteUnhandled(ServerProcess server) => server.Unhandled.ToList().ForEach(_unhandled.Add);

    // runs that wait for each other are done one after the other, on a busy machine for long: over when nothing is left, or when nothing moves
    private async Task SettleAsync()
    {
        await using var connection = await OpenAsync();
        var (before, moved) = ((Left: -1, Attempts: -1), Stopwatch.GetTimestamp());
        while (Stopwatch.GetElapsedTime(moved) < Still)
        {
            var now = await connection.QuerySingleAsync<(int Left, int Attempts)>(
                "select (select count(*) from run where ended_at is null) + (select count(*) from HangfireJobQueue), (select count(*) from task_attempt)");
            if (now.Left == 0)
            {
                return;
            }

            if (now != before)
            {
                (before, moved) = (now, Stopwatch.GetTimestamp());
            }

            await Task.Delay(100);
        }
    }

    private async Task<MySqlConnection> OpenAsync()
    {
        var connection = new MySqlConnection(database);
        await connection.OpenAsync();
        return connection;
    }
}
