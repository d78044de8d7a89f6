using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;

namespace OrchestrationBench.Chaos;

/// <summary>Clients that trigger with keys which others use too, cancel, retry and read, at random; whatever they are answered has to fit together.</summary>
internal sealed class ChaosClients(int seed)
{
    private readonly Dictionary<string, List<ChaosNode>> _graphs = Draw(seed);
    private readonly ConcurrentDictionary<string, string> _runOfKey = new();
    private readonly ConcurrentDictionary<string, string> _pipelineOfRun = new();
    private readonly List<string> _known = [];
    private readonly ConcurrentDictionary<string, int> _refusals = new();
    private int _cancels;
    private int _retries;
    private int _stories;
    private int _key;

    public ConcurrentBag<string> Broken { get; } = [];

    public int Cancels => _cancels;

    public int Retries => _retries;

    public int Stories => _stories;

    public IReadOnlyDictionary<string, int> Refusals => _refusals;

    public async Task RunAsync(int client, Func<Random, Uri?> living, CancellationToken end)
    {
        var random = new Random(seed + client);
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(60) };
        while (!end.IsCancellationRequested)
        {
            await Task.Delay(random.Next(150), CancellationToken.None);
            if (living(random) is not { } address)
            {
                continue;
            }

            try
            {
                await ActAsync(http, address, random);
            }
            // a connection that its server's death cuts while it is made ends as a bare SocketException
            catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException or SocketException or IOException)
            {
                Refused(exception is HttpRequestException { StatusCode: { } status } ? ((int)status).ToString(CultureInfo.InvariantCulture) : "no answer");
            }
        }
    }

    private Task ActAsync(HttpClient http, Uri address, Random random) => random.Next(20) switch
    {
        < 2 => TriggerAsync(http, address, random),
        2 => PostAsync(http, address, random, "cancel", () => Interlocked.Increment(ref _cancels)),
        < 6 => PostAsync(http, address, random, "retry", () => Interlocked.Increment(ref _retries)),
        _ => ReadAsync(http, address, random),
    };

    // a key is used by a few clients at about the same time; who gets no answer does not know whether there is a run
    private async Task TriggerAsync(HttpClient http, Uri address, Random random)
    {
        var number = random.Next(3) == 0 ? Interlocked.Increment(ref _key) : Math.Max(1, Volatile.Read(ref _key));
        var (key, pipeline) = ($"k{number}", ChaosPipelines.Names[number % ChaosPipelines.Names.Count]);
        var run = await Story.TriggerAsync(http, new Uri(address, $"/api/pipelines/{pipeline}/runs"), key);
        if (_pipelineOfRun.TryAdd(run, pipeline))
        {
            lock (_known)
            {
                _known.Add(run);
            }
        }

        if (_runOfKey.GetOrAdd(key, run) is var known && known != run)
        {
            Broken.Add($"the key {key} gave run {known} and run {run}");
        }
    }

    private async Task PostAsync(HttpClient http, Uri address, Random random, string act, Action count)
    {
        if (Recent(random) is not { } run)
        {
            return;
        }

        using var answer = await http.PostAsJsonAsync(new Uri(address, $"/api/runs/{run}/{act}"), new { });
        if (answer.IsSuccessStatusCode)
        {
            count();
            Check(run, await answer.Content.ReadFromJsonAsync<JsonElement>());
        }
        else
        {
            Refused($"{act} {(int)answer.StatusCode}");
        }
    }

    private async Task ReadAsync(HttpClient http, Uri address, Random random)
    {
        if (Recent(random) is { } run)
        {
            Check(run, await http.GetFromJsonAsync<JsonElement>(new Uri(address, "/api/runs/" + run)));
        }
    }

    private void Check(string run, JsonElement story)
    {
        Interlocked.Increment(ref _stories);
        var graph = _graphs[_pipelineOfRun[run]];
        var wrong = Story.Contradictions(story, task => graph[int.Parse(task.AsSpan(1), CultureInfo.InvariantCulture)].Rule == PinScheduler.Orchestration.TriggerRule.AllDone).ToList();
        if (wrong.Count > 0 && Broken.Count < 50)
        {
            Broken.Add($"run {run} tells: {string.Join("; ", wrong)}");
        }
    }

    // mostly what is young: there something happens
    private string? Recent(Random random)
    {
        lock (_known)
        {
            return _known.Count == 0 ? null : _known[^(1 + Math.Min(_known.Count - 1, (int)(_known.Count * Math.Pow(random.NextDouble(), 3))))];
        }
    }

    private void Refused(string why) => _refusals.AddOrUpdate(why, 1, static (_, count) => count + 1);

    private static Dictionary<string, List<ChaosNode>> Draw(int seed)
    {
        var random = new Random(seed);
        return ChaosPipelines.Names.ToDictionary(name => name, _ => ChaosNode.Draw(random));
    }
}
