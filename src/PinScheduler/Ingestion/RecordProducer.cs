using Confluent.Kafka;
using PinScheduler.Kafka;

namespace PinScheduler.Ingestion;

/// <summary>
/// Hands batches to Kafka: one producer for all requests, one delivery handler for all records. After an error that ends an idempotent
/// producer for good, new batches go to a new one, while the old one still reports on what it holds.
/// </summary>
internal sealed class RecordProducer(KafkaClients clients, TopicCatalog catalog, ILogger<RecordProducer> log) : IDisposable
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
            var message = new Message<RecordTag, RecordTag>();
            for (var index = 0; index < batch.Records.Count; index++)
            {
                while (!TryProduce(instance, batch, index, message))
                {
                    await Task.Delay(QueueFullPause);
                }
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

    /// <returns>False: the queue is full, nothing was enqueued.</returns>
    private static bool TryProduce(Instance instance, ProduceBatch batch, int index, Message<RecordTag, RecordTag> message)
    {
        var record = batch.Records[index];
        message.Key = message.Value = new RecordTag(batch, index);
        try
        {
            instance.Producer.Produce(new TopicPartition(batch.Topic, record.Partition), message, instance.Delivered);
            return true;
        }
        catch (ProduceException<RecordTag, RecordTag> exception)
        {
            if (exception.Error.Code == ErrorCode.Local_QueueFull)
            {
                return false;
            }

            batch.Complete(index, exception.Error, record.Partition, ProduceBatch.UnknownOffset, PersistenceStatus.NotPersisted);
            return true;
        }
    }

    private Instance Enter()
    {
        lock (_changing)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _current ??= new Instance(clients, Retire);
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

        public Instance(KafkaClients clients, Action<Instance, Error> retire)
        {
            Delivered = report =>
            {
                if (EndsTheProducer(report.Error))
                {
                    retire(this, report.Error);
                }

                report.Key.Batch.Complete(report.Key.Index, report.Error, report.Partition.Value, report.Offset.Value, report.Status);
            };
            Producer = clients.CreateProducer<RecordTag, RecordTag>(builder => builder
                .SetKeySerializer(RecordTagSerializer.Instance)
                .SetValueSerializer(RecordValueSerializer.Instance)
                .SetErrorHandler((_, error) =>
                {
                    if (error.IsFatal)
                    {
                        retire(this, error);
                    }
                }));
        }

        public IProducer<RecordTag, RecordTag> Producer { get; }

        /// <summary>One delegate for all records: none is made for each.</summary>
        public Action<DeliveryReport<RecordTag, RecordTag>> Delivered { get; }

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
