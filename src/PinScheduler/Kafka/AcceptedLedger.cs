using System.Collections.Concurrent;

namespace PinScheduler.Kafka;

/// <summary>
/// What this server has put into Kafka and nobody has drained yet, by partition: ingestion adds, drains trim, and drain-ahead and
/// admission compare it with the room that the embedded broker has. It counts what would be the most: bytes before compression.
/// </summary>
internal sealed class AcceptedLedger
{
    /// <summary>A partition of the embedded broker drops its oldest records silently beyond 5 MiB of stored batches …</summary>
    public const long RoomBytes = 5 * 1024 * 1024;

    /// <summary>… or 100,000 batches; at worst each record is a batch.</summary>
    public const long RoomRecords = 100_000;

    // a batch's header and a record's own fields, were each record alone in its batch
    private const int OverheadBytes = 80;

    // neighbours are counted as one up to here; a drain that ends inside leaves the whole of it pending
    private const int ChunkBytes = 64 * 1024;

    private readonly ConcurrentDictionary<string, TopicAccounts> _topics = new(StringComparer.Ordinal);

    public static long Cost(int keyBytes, int valueBytes) => keyBytes + valueBytes + OverheadBytes;

    /// <summary>A topic's accounts, for one who adds many records: looked up once, not for each.</summary>
    public TopicAccounts Of(string topic) => _topics.GetOrAdd(topic, static _ => new TopicAccounts());

    /// <summary>Everything below <paramref name="nextOffset"/> is in landing files and their rows are committed.</summary>
    public void Drained(string topic, int partition, long nextOffset) => Of(topic).Trim(partition, nextOffset);

    public PendingRoom Pending(string topic, int partition) => _topics.TryGetValue(topic, out var accounts) ? accounts.Pending(partition) : default;

    /// <summary>Every partition that holds something, and the share of its room that this takes.</summary>
    public IEnumerable<(string Topic, int Partition, PendingRoom Pending)> All() =>
        _topics.SelectMany(topic => topic.Value.All().Select(entry => (topic.Key, entry.Partition, entry.Pending))).Where(entry => entry.Pending.Records > 0);

    internal sealed class TopicAccounts
    {
        private readonly Lock _growing = new();
        private Account[] _partitions = [];

        /// <summary>An acknowledged record, its offset or -1 where that is unknown; its bytes as <see cref="Cost"/> counts them.</summary>
        public void Add(int partition, long offset, long bytes) => Of(partition).Add(offset + 1, bytes);

        public void Trim(int partition, long nextOffset) => Of(partition).Trim(nextOffset);

        public PendingRoom Pending(int partition) => Volatile.Read(ref _partitions) is var known && partition < known.Length ? known[partition].Pending : default;

        public IEnumerable<(int Partition, PendingRoom Pending)> All() => Volatile.Read(ref _partitions).Select((account, partition) => (partition, account.Pending));

        private Account Of(int partition)
        {
            var known = Volatile.Read(ref _partitions);
            return partition < known.Length ? known[partition] : Grown(partition + 1)[partition];
        }

        private Account[] Grown(int partitions)
        {
            lock (_growing)
            {
                var larger = _partitions.Concat(Enumerable.Range(0, Math.Max(0, partitions - _partitions.Length)).Select(static _ => new Account())).ToArray();
                Volatile.Write(ref _partitions, larger);
                return larger;
            }
        }
    }

    private sealed class Account
    {
        private readonly Queue<Chunk> _chunks = new();
        private Chunk? _last;
        private long _end;
        private long _bytes;
        private long _records;

        public PendingRoom Pending
        {
            get
            {
                lock (_chunks)
                {
                    return new PendingRoom(_bytes, _records);
                }
            }
        }

        public void Add(long end, long bytes)
        {
            lock (_chunks)
            {
                if (_last is null || _last.Bytes >= ChunkBytes)
                {
                    _chunks.Enqueue(_last = new Chunk());
                }

                _end = Math.Max(_end, end);
                _last.End = _end;
                _last.Bytes += bytes;
                _last.Records++;
                _bytes += bytes;
                _records++;
            }
        }

        public void Trim(long nextOffset)
        {
            lock (_chunks)
            {
                while (_chunks.TryPeek(out var oldest) && oldest.End <= nextOffset)
                {
                    _chunks.Dequeue();
                    _bytes -= oldest.Bytes;
                    _records -= oldest.Records;
                    if (_last == oldest)
                    {
                        _last = null;
                    }
                }
            }
        }
    }

    private sealed class Chunk
    {
        public long End { get; set; }

        public long Bytes { get; set; }

        public long Records { get; set; }
    }
}

internal readonly record struct PendingRoom(long Bytes, long Records)
{
    /// <summary>Of the embedded broker's room for one partition: 0 empty, 1 full.</summary>
    public double Share => Math.Max((double)Bytes / AcceptedLedger.RoomBytes, (double)Records / AcceptedLedger.RoomRecords);

    public static PendingRoom operator +(PendingRoom one, PendingRoom other) => new(one.Bytes + other.Bytes, one.Records + other.Records);

    public static PendingRoom operator -(PendingRoom one, PendingRoom other) => new(one.Bytes - other.Bytes, one.Records - other.Records);
}
