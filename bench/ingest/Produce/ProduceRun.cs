using IngestBench.Broker;
using IngestBench.Report;

namespace IngestBench.Produce;

/// <summary>All ways, in turn, so that a slow minute of the machine hits all alike; the medians of the rounds.</summary>
internal sealed class ProduceRun(TimeSpan time, int rounds, int partitions, string only)
{
    private const string Topic = "bench.pin";

    // a server has long been compiled: after 2 s it still is not, and half as fast
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(6);

    private sealed record Way(string Name, string Server, int Connections, int Batch, bool IsSendData = false);

    private sealed record Result(double Records, double P50, double P99, double Refused, double Memory, double Cpu);

    private static readonly Way[] Ways =
    [
        new("the original's client: one connection, /send-data, a record a request", BenchServer.Native, 1, 1, IsSendData: true),
        new("a record a request, 32 connections", BenchServer.Native, 32, 1),
        new("batches of 100, 32 connections", BenchServer.Native, 32, 100),
        new("batches of 500, 8 connections", BenchServer.Native, 8, 500),
        new("batches of 500, 32 connections", BenchServer.Native, 32, 500),
        new("the same by Confluent.Kafka", BenchServer.Confluent, 32, 500),
        new("bare Kestrel and Confluent.Kafka, not idempotent", BenchServer.Bare, 32, 500),
        new("bare Kestrel, parsing only", BenchServer.ParseOnly, 32, 500),
    ];

    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        Figures.WriteMachine();
        var ways = Ways.Where(way => way.Name.Contains(only, StringComparison.Ordinal)).ToList();
        var results = ways.ToDictionary(way => way, _ => new List<Result>());
        var (bare, half) = (new Dictionary<bool, List<double>> { [true] = [], [false] = [] }, new List<Result>());
        for (var round = 0; round < rounds; round++)
        {
            foreach (var way in ways)
            {
                Console.Error.WriteLine($"round {round + 1}/{rounds}  {way.Name}");
                results[way].Add(await MeasureAsync(way, null, cancellationToken));
            }

            foreach (var native in only.Length == 0 ? (bool[])[true, false] : [])
            {
                Console.Error.WriteLine($"round {round + 1}/{rounds}  producer alone, native {native}");
                using var broker = NewBroker();
                bare[native].Add(await BareProducer.RunAsync(broker.BootstrapServers, Topic, native, batchSize: 500, underWay: 32, time));
            }

            if (ways.FirstOrDefault(way => way is { Batch: 500, Connections: 32 }) is { } whole)
            {
                half.Add(await MeasureAsync(whole, results[whole][^1].Records / whole.Batch / 2, cancellationToken));
            }
        }

        Write(results, bare, half);
        return 0;
    }

    private async Task<Result> MeasureAsync(Way way, double? requestsPerSecond, CancellationToken cancellationToken)
    {
        using var broker = NewBroker();
        using var server = new BenchServer(way.Server, broker.BootstrapServers);
        var records = PinRequests.Records(Math.Max(2000, way.Batch * 8)).ToList();
        var requests = records.Chunk(way.Batch).Select(chunk => way.IsSendData ? PinRequests.SendData(Topic, chunk[0].Value) : PinRequests.Produce(Topic, chunk)).ToList();
        var client = new LoadClient(server.Port, requests);
        await client.RunAsync(way.Connections, WarmUp, null, cancellationToken);
        var cpu = server.Cpu;
        var load = await client.RunAsync(way.Connections, time, requestsPerSecond, cancellationToken);
        var count = (double)load.Answered * way.Batch;
        return new Result(
            count / load.Elapsed.TotalSeconds, Figures.At(load.Milliseconds, 0.5), Figures.At(load.Milliseconds, 0.99), load.Refused, server.PeakMemory,
            (server.Cpu - cpu).TotalMicroseconds / count);
    }

    // a new one each time: with more batches in it the broker grows slower
    private BenchBroker NewBroker()
    {
        var broker = new BenchBroker();
        broker.CreateTopic(Topic, partitions);
        return broker;
    }

    private void Write(Dictionary<Way, List<Result>> results, Dictionary<bool, List<double>> bare, List<Result> half)
    {
        static double Of(List<Result> list, Func<Result, double> figure) => Figures.Median(list.Select(figure));
        var reference = results.FirstOrDefault(pair => pair.Key.Server == BenchServer.Bare).Value is { } list ? Of(list, result => result.Records) : double.NaN;
        IReadOnlyList<string> Row(string name, List<Result> list) =>
        [
            name, Figures.Text(Of(list, result => result.Records)), Figures.Text(Of(list, result => result.Records) / reference), Figures.Text(Of(list, result => result.P50)),
            Figures.Text(Of(list, result => result.P99)), Figures.Text(Of(list, result => result.Cpu)), Figures.Text(Of(list, result => result.Memory)), Figures.Text(list.Sum(result => result.Refused)),
        ];
        Figures.Write(
            $"HTTP to Kafka, {partitions} partitions, medians of {rounds} rounds of {time.TotalSeconds:0.#} s",
            ["way", "records/s", "× bare", "p50 ms", "p99 ms", "server CPU µs/record", "server peak MB", "refused"],
            [.. results.Select(pair => Row(pair.Key.Name, pair.Value)), Row("batches of 500, 32 connections, at half load", half)]);
        Figures.Write(
            "The producer alone: 32 batches of 500 under way", ["way", "records/s"],
            [["librdkafka", Figures.Text(Figures.Median(bare[true]))], ["Confluent.Kafka, one handler for all", Figures.Text(Figures.Median(bare[false]))]]);
        Console.WriteLine($"\nLoad average at the end: {Figures.Load()}");
    }
}
