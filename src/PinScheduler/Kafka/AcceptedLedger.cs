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

    private readonly ConcurrentDictionary<(string Topic, int Partition), Account> _accounts = new();

    public static long Cost(int keyBytes, int valueBytes) => keyBytes + valueBytes + OverheadBytes;

    /// <summary>An acknowledged record, its offset or -1 where that is unknown; its bytes as <see cref="Cost"/> counts them.</summary>
    public void Add(string topic, int partition, long offset, long bytes) => Of(topic, partition).Add(offset + 1, bytes);

    /// <summary>Everything below <paramref name="nextOffset"/> is in landing files and their rows are committed.</summary>
    public void Drained(string topic, int partition, long nextOffset) => Of(topic, partition).Trim(nextOffset);

    public PendingRoom Pending(string topic, int partition) => _accounts.TryGetValue((topic, partition), out var account) ? account.Pending : default;

    /// <summary>Every partition that holds something, and the share of its room that this takes.</summary>
    public IEnumerable<(string Topic, int Partition, PendingRoom Pending)> All() =>
        _accounts.Select(pair => (pair.Key.Topic, pair.Key.Partition, pair.Value.Pending)).Where(entry => entry.Pending.Records > 0);

    private Account Of(string topic, int partition) => _accounts.GetOrAdd((topic, partition), static _ => new Account());

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
