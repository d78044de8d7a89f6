using Confluent.Kafka;
using Microsoft.Extensions.Options;
using PinScheduler.Ingestion.Producing;
using PinScheduler.Kafka;

namespace PinScheduler.Ingestion;

/// <summary>
/// Hands batches to Kafka: one producer for all requests. After an error that ends an idempotent
/// producer for good, new batches go to a new one, while the old one still reports on what it holds.
/// </summary>
internal sealed class RecordProducer(KafkaClients clients, IOptions<KafkaOptions> kafka, TopicCatalog catalog, ILogger<RecordProducer> log) : IDisposable
{
    private static readonly TimeSpan QueueFullPause = TimeSpan.FromMilliseconds(2);

    private static readonly TimeSpan LastReportsAtStop = TimeSpan.FromSeconds(10);

    private readonly Lock _changing = new();
    private Instance? _current;
    private bool _disposed;

    /// <summary>Returns when Kafka has answered for every record of the batch; its outcomes say what.</summary>
    public async Task ProduceAsync(ProduceBatch batch)
    {
        var instance = Enter();
        try
        {
            for (var next = 0; (next = instance.Producer.Enqueue(batch, next)) < batch.Records.Count;)
            {
                await Task.Delay(QueueFullPause);
            }

            await batch.Done;
        }
        finally
        {
            instance.Leave();
        }

        if (batch.Failed > 0 && batch.Outcomes.Any(outcome => outcome.Error?.Code is ErrorCode.Local_UnknownPartition or ErrorCode.Local_UnknownTopic or ErrorCode.UnknownTopicOrPart))
        {
            catalog.Forget();
        }
    }

    public void Dispose()
    {
        lock (_changing)
        {
            _disposed = true;
            _current?.Producer.Flush(LastReportsAtStop);
            _current?.Producer.Dispose();
            _current = null;
        }
    }

    private Instance Enter()
    {
        lock (_changing)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _current ??= new Instance(failed => kafka.Value.NativeProducer ? new NativeInstance(clients, failed) : new ConfluentInstance(clients, failed), Retire);
            _current.Enter();
            return _current;
        }
    }

    private void Retire(Instance instance, Error error)
    {
        lock (_changing)
        {
            if (_current != instance)
            {
                return;
            }

            _current = null;
        }

        IngestionLog.ProducerEnded(log, error.Reason);
        instance.CloseWhenUnused();
    }

    private sealed class Instance
    {
        private int _users;
        private bool _retired;

        public Instance(Func<Action<Error>, IProducerInstance> create, Action<Instance, Error> retire)
        {
            Producer = create(error =>
            {
                if (EndsTheProducer(error))
                {
                    retire(this, error);
                }
            });
        }

        public IProducerInstance Producer { get; }

        public void Enter() => Interlocked.Increment(ref _users);

        public void Leave()
        {
            if (Interlocked.Decrement(ref _users) == 0 && Volatile.Read(ref _retired))
            {
                Close();
            }
        }

        /// <summary>At once, or when the last batch has its last report: that comes at the latest after message.timeout.ms.</summary>
        public void CloseWhenUnused()
        {
            Enter();
            Volatile.Write(ref _retired, true);
            Leave();
        }

        // the producer's own thread may be calling, which its end waits for
        private void Close() => Task.Run(Producer.Dispose);

        // of these no report says IsFatal, though no later record can succeed; purged: the broker refused to let the producer begin
        private static bool EndsTheProducer(Error error) => error.IsFatal
            || error.Code is ErrorCode.Local_Fatal or ErrorCode.OutOfOrderSequenceNumber or ErrorCode.Local_PurgeQueue or ErrorCode.Local_PurgeInflight;
    }
}
