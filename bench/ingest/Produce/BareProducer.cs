using System.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using PinScheduler.Ingestion;
using PinScheduler.Ingestion.Producing;
using PinScheduler.Kafka;

namespace IngestBench.Produce;

/// <summary>The producer without HTTP: batches under way like the API's requests, each begun when one has been acknowledged.</summary>
internal static class BareProducer
{
    /// <returns>Records a second.</returns>
    public static async Task<double> RunAsync(string brokers, string topic, bool native, int batchSize, int underWay, TimeSpan time)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create("Kafka:BootstrapServers", (string?)brokers)]).Build();
        var clients = new KafkaClients(Options.Create(configuration.GetSection("Kafka").Get<KafkaOptions>()!), configuration, NullLogger<KafkaClients>.Instance);
        using IProducerInstance producer = native ? new NativeInstance(clients, _ => { }) : new ConfluentInstance(clients, _ => { });
        var (body, records) = Body(batchSize);
        var started = Stopwatch.GetTimestamp();
        var sent = await Task.WhenAll(Enumerable.Range(0, underWay).Select(_ => Task.Run(async () =>
        {
            var count = 0;
            while (Stopwatch.GetElapsedTime(started) < time)
            {
                var batch = new ProduceBatch(topic, body, records, null);
                for (var next = 0; (next = producer.Enqueue(batch, next)) < records.Count;)
                {
                    await Task.Delay(1);
                }

                await batch.Done;
                count += batch.Failed == 0 ? records.Count : throw new InvalidOperationException(batch.Outcomes.First(outcome => outcome.Error is not null).Text);
            }

            return count;
        })));
        return sent.Sum() / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static (byte[] Body, List<ProduceRecord> Records) Body(int size)
    {
        var (body, records) = (new List<byte>(), new List<ProduceRecord>());
        foreach (var (key, value) in PinRequests.Records(size))
        {
            var text = System.Text.Encoding.UTF8.GetBytes(key.ToString(System.Globalization.CultureInfo.InvariantCulture));
            records.Add(new ProduceRecord { Key = new Slice(body.Count, text.Length), Value = new Slice(body.Count + text.Length, value.Length) });
            body.AddRange(text);
            body.AddRange(value);
        }

        return ([.. body], records);
    }
}
