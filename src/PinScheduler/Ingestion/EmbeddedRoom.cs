using System.Runtime.InteropServices;
using PinScheduler.Kafka;

namespace PinScheduler.Ingestion;

/// <summary>The embedded broker: beyond 5 MiB or 100,000 batches a partition it drops its oldest records in silence, so requests wait from 90 % on for drains to catch up.</summary>
internal sealed class EmbeddedRoom(AcceptedLedger ledger) : IBrokerRoom
{
    private const double Usable = 0.9;

    // records without key keep together for a while, which makes fewer and larger batches
    private const int KeylessInARow = 100;

    private readonly Lock _reserving = new();
    private readonly Dictionary<(string Topic, int Partition), PendingRoom> _reserved = [];

    public IDisposable Reserve(TopicInfo topic, List<ProduceRecord> records, byte[] body)
    {
        var wanted = Settle(topic, records, body);
        lock (_reserving)
        {
            foreach (var (partition, room) in wanted)
            {
                if (room.Share > Usable)
                {
                    throw IngestionException.TooLarge($"The request's records for partition {partition} of '{topic.Name}' are more than the embedded broker can hold at a time: send fewer records a request.");
                }

                if ((ledger.Pending(topic.Name, partition) + _reserved.GetValueOrDefault((topic.Name, partition)) + room).Share > Usable)
                {
                    throw IngestionException.NoRoom($"Partition {partition} of '{topic.Name}' is full: the embedded broker waits for records to be drained. Send the request again.");
                }
            }

            Change(topic.Name, wanted, static (held, room) => held + room);
        }

        return new Reservation(this, topic.Name, wanted);
    }

    private static Dictionary<int, PendingRoom> Settle(TopicInfo topic, List<ProduceRecord> records, byte[] body)
    {
        var wanted = new Dictionary<int, PendingRoom>();
        var keyless = Random.Shared.Next(topic.Partitions.Count);
        var count = 0;
        foreach (ref var record in CollectionsMarshal.AsSpan(records))
        {
            if (record.Partition == ProduceRecord.AnyPartition)
            {
                record.Partition = record.Key.IsNone
                    ? (keyless + (count++ / KeylessInARow)) % topic.Partitions.Count
                    : Murmur2.PartitionOf(record.Key.Of(body), topic.Partitions.Count);
            }

            CollectionsMarshal.GetValueRefOrAddDefault(wanted, record.Partition, out _) += new PendingRoom(ProduceBatch.CostOf(record), 1);
        }

        return wanted;
    }

    private void Change(string topic, Dictionary<int, PendingRoom> by, Func<PendingRoom, PendingRoom, PendingRoom> change)
    {
        foreach (var (partition, room) in by)
        {
            _reserved[(topic, partition)] = change(_reserved.GetValueOrDefault((topic, partition)), room);
        }
    }

    private sealed class Reservation(EmbeddedRoom room, string topic, Dictionary<int, PendingRoom> held) : IDisposable
    {
        public void Dispose()
        {
            lock (room._reserving)
            {
                room.Change(topic, held, static (all, mine) => all - mine);
            }
        }
    }
}
