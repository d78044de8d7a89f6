using Confluent.Kafka;
using PinScheduler.Kafka;
using Code = Confluent.Kafka.ErrorCode;

namespace PinScheduler.Ingestion;

/// <summary>One request's records on their way: what has become of each, and a task that ends with the last report.</summary>
internal sealed class ProduceBatch(string topic, byte[] body, List<ProduceRecord> records, AcceptedLedger? ledger)
{
    public const long UnknownOffset = -1;

    private readonly AcceptedLedger.TopicAccounts? _accounts = ledger?.Of(topic);
    private readonly ProduceOutcome[] _outcomes = new ProduceOutcome[records.Count];
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _waiting = records.Count;
    private int _failed;

    public string Topic { get; } = topic;

    public byte[] Body { get; } = body;

    public List<ProduceRecord> Records { get; } = records;

    public IReadOnlyList<ProduceOutcome> Outcomes => _outcomes;

    public int Failed => Volatile.Read(ref _failed);

    public Task Done => _done.Task;

    /// <summary>For a producer that knows its batches by number.</summary>
    public int? Number { get; set; }

    /// <summary>Called once for each record, from any thread.</summary>
    /// <returns>Whether it was the last one.</returns>
    public bool Complete(int index, Error? error, int partition, long offset, PersistenceStatus status)
    {
        if (error is { IsError: true })
        {
            _outcomes[index] = new ProduceOutcome(partition, UnknownOffset, error, status);
            Interlocked.Increment(ref _failed);
        }
        else
        {
            // librdkafka does not know the offset of what Kafka has from an earlier, unanswered try (a duplicate sequence number)
            _outcomes[index] = new ProduceOutcome(partition, Math.Max(offset, UnknownOffset), null, PersistenceStatus.Persisted);
            _accounts?.Add(partition, _outcomes[index].Offset, CostOf(Records[index]));
        }

        if (Interlocked.Decrement(ref _waiting) > 0)
        {
            return false;
        }

        _done.SetResult();
        return true;
    }

    public static long CostOf(ProduceRecord record) => AcceptedLedger.Cost(record.Key.Bytes, record.Value.Bytes);
}

/// <summary>Error null: Kafka has it. An offset of -1 is unknown.</summary>
internal readonly record struct ProduceOutcome(int Partition, long Offset, Error? Error, PersistenceStatus Status)
{
    // REST Proxy's two classes
    private const int NotWorthARetry = 1;
    private const int WorthARetry = 2;

    public bool CanBeRetried => Error is { } error && (error.Code is Code.Local_MsgTimedOut or Code.Local_PurgeQueue or Code.Local_PurgeInflight
        or Code.Local_Fatal or Code.Local_QueueFull or Code.OutOfOrderSequenceNumber or Code.InvalidProducerIdMapping or Code.UnknownProducerId
        or Code.InvalidProducerEpoch or Code.Local_UnknownTopic or Code.Local_UnknownPartition or Code.UnknownTopicOrPart
        or Code.Local_AllBrokersDown or Code.Local_Transport or Code.NotEnoughReplicas or Code.NotEnoughReplicasAfterAppend
        or Code.NetworkException or Code.RequestTimedOut or Code.LeaderNotAvailable or Code.NotLeaderForPartition or Code.KafkaStorageError
        || Status == PersistenceStatus.PossiblyPersisted);

    public int? ErrorCode => Error is null ? null : CanBeRetried ? WorthARetry : NotWorthARetry;

    public string? Text => Error is null ? null : Status switch
    {
        PersistenceStatus.PossiblyPersisted => $"{Error.Reason} (it may have been stored all the same)",
        _ => $"{Error.Reason} (it has not been stored)",
    };
}
