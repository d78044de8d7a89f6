using IngestBench.Broker;
using IngestBench.Report;
using PinScheduler.Stages;

namespace IngestBench.Drain;

/// <summary>All ways over the same records, in turn, so that a slow minute of the machine hits all alike; the medians of the rounds.</summary>
internal sealed class DrainRun(int records, int partitions, int rounds, int[] queues, int batch, string only)
{
    private const string Reference = "Confluent.Kafka's loop that checks, hashes and flushes, a file a topic";

    private sealed record Way(string Name, Func<DrainChild.Outcome> Run);

    public Task<int> RunAsync(CancellationToken cancellationToken)
    {
        Figures.WriteMachine();
        using var database = new BenchDatabase();
        using var broker = new BenchBroker();
        foreach (var set in DataSet.All)
        {
            broker.CreateTopic(Records.Topic(set), partitions);
        }

        Console.Error.WriteLine($"producing {records:N0} records …");
        var bytes = Records.Produce(broker.BootstrapServers, records, partitions, batch);
        var ways = Ways(broker.BootstrapServers, database.ConnectionString).Where(way => way.Name.Contains(only, StringComparison.Ordinal)).ToList();
        var outcomes = ways.ToDictionary(way => way.Name, _ => new List<DrainChild.Outcome>());
        for (var round = 0; round < rounds; round++)
        {
            foreach (var way in ways)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var outcome = way.Run();
                if (outcome.Records != records)
                {
                    throw new InvalidOperationException($"'{way.Name}' read {outcome.Records} records of {records}.");
                }

                outcomes[way.Name].Add(outcome);
                Console.Error.WriteLine($"round {round + 1}/{rounds}  {way.Name}: {outcome.Records / outcome.Seconds:N0} records/s, {outcome.PeakMegabytes:N0} MB");
            }
        }

        Write(outcomes, bytes);
        return Task.FromResult(0);
    }

    private IEnumerable<Way> Ways(string brokers, string database)
    {
        DrainChild.Outcome Child(string way, int? queue = null) => DrainChild.Start(way, brokers, database, partitions, queue);
        if (Kcat.IsThere)
        {
            yield return new("kcat to a file, a topic after the other", () => new DrainChild.Outcome(records, Kcat.Run(brokers), double.NaN, double.NaN));
        }

        yield return new("Confluent.Kafka's loop, a file a topic", () => Child(DrainChild.Bare));
        yield return new(Reference, () => Child(DrainChild.Careful));
        yield return new("ours by Confluent.Kafka, three topics at once", () => Child(DrainChild.Confluent));
        yield return new("ours, three topics at once", () => Child(DrainChild.Native));
        yield return new("ours, a topic after the other", () => Child(DrainChild.NativeInTurn));
        foreach (var queue in queues)
        {
            yield return new($"ours, three at once, queued.max.messages.kbytes {queue}", () => Child(DrainChild.Native, queue));
        }
    }

    private void Write(Dictionary<string, List<DrainChild.Outcome>> outcomes, long bytes)
    {
        static double Of(List<DrainChild.Outcome> list, Func<DrainChild.Outcome, double> figure) => Figures.Median(list.Select(figure));
        static double Rate(DrainChild.Outcome outcome) => outcome.Records / outcome.Seconds;
        var reference = outcomes.TryGetValue(Reference, out var loop) ? Of(loop, Rate) : double.NaN;
        Figures.Write(
            $"Kafka to files: {records:N0} records, {bytes / 1e6:N0} MB, {DataSet.All.Count} topics of {partitions} partitions, batches of up to {batch / 1024} KiB, medians of {rounds} rounds",
            ["way", "records/s", "lowest to highest", "× that loop", "CPU µs/record", "peak MB"],
            outcomes.Select(pair => (IReadOnlyList<string>)
            [
                pair.Key, Figures.Text(Of(pair.Value, Rate)), $"{Figures.Text(pair.Value.Min(Rate))} – {Figures.Text(pair.Value.Max(Rate))}", Figures.Text(Of(pair.Value, Rate) / reference),
                Figures.Text(Of(pair.Value, outcome => outcome.CpuSeconds * 1e6 / outcome.Records)), Figures.Text(Of(pair.Value, outcome => outcome.PeakMegabytes)),
            ]));
        Console.WriteLine($"\nLoad average at the end: {Figures.Load()}");
    }
}
