using System.Collections.Concurrent;
using Confluent.Kafka;
using PinScheduler.Kafka;
using static PinScheduler.Ingestion.Producing.ProducerNative;

namespace PinScheduler.Ingestion.Producing;

/// <summary>
/// By librdkafka itself: no object a record, neither on the way there nor back. One thread takes the reports, many at a time, and tells the batches.
/// </summary>
internal sealed unsafe class NativeInstance : IProducerInstance
{
    private const int PollMilliseconds = 100;
    private const int ReportsAtATime = 512;

    private readonly Action<Error> _failed;
    private readonly NativeClient _client;
    private readonly IntPtr _queue;
    private readonly BatchTable _batches = new();
    private readonly ConcurrentDictionary<string, IntPtr> _topics = new(StringComparer.Ordinal);
    private readonly Thread _reports;
    private volatile bool _ending;

    /// <param name="clients">Make the producer.</param>
    /// <param name="failed">Told of each record's error, before its batch.</param>
    public NativeInstance(KafkaClients clients, Action<Error> failed)
    {
        _failed = failed;
        _client = clients.CreateNative(NativeClientType.Producer, clients.ProducerSettings(), DeliveryReports | Errors);
        _queue = rd_kafka_queue_get_main(_client.Handle);
        _reports = new Thread(TakeReports) { IsBackground = true, Name = "Kafka delivery reports" };
        _reports.Start();
    }

    public int Enqueue(ProduceBatch batch, int from)
    {
        var topic = TopicOf(batch.Topic);
        // once a batch has its number it keeps it: those handed over already bear it
        batch.Number ??= _batches.Add(batch);
        fixed (byte* body = batch.Body)
        {
            for (var index = from; index < batch.Records.Count; index++)
            {
                var record = batch.Records[index];
                if (rd_kafka_produce(topic, record.Partition, Copy, At(body, record.Value), (nuint)record.Value.Bytes, At(body, record.Key), (nuint)record.Key.Bytes, BatchTable.Tag(batch.Number.Value, index)) == 0)
                {
                    continue;
                }

                var error = (ErrorCode)rd_kafka_last_error();
                if (error == ErrorCode.Local_QueueFull)
                {
                    return index;
                }

                _failed(new Error(error));
                Complete(batch.Number.Value, index, new Error(error), record.Partition, ProduceBatch.UnknownOffset, PersistenceStatus.NotPersisted);
            }
        }

        return batch.Records.Count;
    }

    // with events it only waits; the thread goes on with the reports
    public void Flush(TimeSpan patience) => _ = rd_kafka_flush(_client.Handle, (int)patience.TotalMilliseconds);

    public void Dispose()
    {
        _ending = true;
        _reports.Join();
        foreach (var topic in _topics.Values)
        {
            rd_kafka_topic_destroy(topic);
        }

        rd_kafka_queue_destroy(_queue);
        _client.Dispose();
    }

    // null and empty are two things to Kafka
    private static byte* At(byte* body, Slice slice) => slice.IsNone ? null : body + slice.Start;

    private IntPtr TopicOf(string name)
    {
        if (_topics.TryGetValue(name, out var known))
        {
            return known;
        }

        lock (_topics)
        {
            return _topics.GetOrAdd(name, static (name, client) => rd_kafka_topic_new(client.Handle, name, IntPtr.Zero), _client);
        }
    }

    private void TakeReports()
    {
        var messages = stackalloc NativeMessage*[ReportsAtATime];
        while (!_ending)
        {
            var @event = rd_kafka_queue_poll(_queue, PollMilliseconds);
            if (@event == IntPtr.Zero)
            {
                continue;
            }

            switch (rd_kafka_event_type(@event))
            {
                case DeliveryReports:
                    while (rd_kafka_event_message_array(@event, messages, ReportsAtATime) is > 0 and var count)
                    {
                        for (nuint i = 0; i < count; i++)
                        {
                            Report(messages[i]);
                        }
                    }

                    break;
                case Errors when rd_kafka_event_error_is_fatal(@event) != 0:
                    _failed(new Error((ErrorCode)rd_kafka_event_error(@event), "the idempotent producer has come to its end", isFatal: true));
                    break;
            }

            rd_kafka_event_destroy(@event);
        }
    }

    private void Report(NativeMessage* message)
    {
        var (number, index) = BatchTable.Read(message->Opaque);
        if (message->Error == 0)
        {
            Complete(number, index, null, message->Partition, message->Offset, PersistenceStatus.Persisted);
        }
        else
        {
            var error = new Error((ErrorCode)message->Error);
            _failed(error);
            Complete(number, index, error, message->Partition, message->Offset, (PersistenceStatus)rd_kafka_message_status(message));
        }
    }

    private void Complete(int number, int index, Error? error, int partition, long offset, PersistenceStatus status)
    {
        if (_batches[number].Complete(index, error, partition, offset, status))
        {
            _batches.Remove(number);
        }
    }
}
