using System.Runtime.InteropServices;
using Confluent.Kafka;
using PinScheduler.Kafka;
using PinScheduler.Landing;
using static PinScheduler.Stages.Drain.Reading.NativeConsumer;

namespace PinScheduler.Stages.Drain.Reading;

/// <summary>Reads with librdkafka itself: a call a batch, and each record looked at where librdkafka has it.</summary>
internal sealed unsafe class NativeRecordReader : IRecordReader
{
    private const int BatchRecords = 2000;

    private readonly NativeClient _client;
    private readonly string _topic;
    private readonly IntPtr _queue;

    // librdkafka's until destroyed: all from _next on
    private readonly NativeMessage*[] _batch = new NativeMessage*[BatchRecords];
    private int _next;
    private int _count;

    public NativeRecordReader(KafkaClients clients, string topic, IEnumerable<(int Partition, long Offset)> starts)
    {
        _topic = topic;
        _client = clients.CreateNative(NativeClientType.Consumer, clients.DrainSettings());
        try
        {
            Check(rd_kafka_poll_set_consumer(_client.Handle));
            _queue = rd_kafka_queue_get_consumer(_client.Handle);
            Check(With(starts, list => rd_kafka_assign(_client.Handle, list)));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public void Read(IRecordReceiver receiver, TimeSpan patience)
    {
        if (_next == _count)
        {
            Fetch((int)patience.TotalMilliseconds);
        }

        var more = true;
        while (more && _next < _count)
        {
            var message = _batch[_next++];
            try
            {
                more = Hand(receiver, message);
            }
            finally
            {
                rd_kafka_message_destroy(message);
            }
        }
    }

    public void Leave(IReadOnlyCollection<int> partitions)
    {
        var error = With(partitions.Select(partition => (partition, 0L)), list => rd_kafka_incremental_unassign(_client.Handle, list));
        if (error != IntPtr.Zero)
        {
            var (code, text) = ((ErrorCode)rd_kafka_error_code(error), Marshal.PtrToStringUTF8(rd_kafka_error_string(error)));
            rd_kafka_error_destroy(error);
            throw new KafkaException(new Error(code, text));
        }
    }

    public void Commit(IReadOnlyCollection<(int Partition, long NextOffset)> offsets) =>
        Check(With(offsets, list => rd_kafka_commit(_client.Handle, list, async: 0)));

    public void Dispose()
    {
        while (_next < _count)
        {
            rd_kafka_message_destroy(_batch[_next++]);
        }

        if (_client.Handle != IntPtr.Zero && _queue != IntPtr.Zero)
        {
            rd_kafka_queue_destroy(_queue);
        }

        _client.Dispose();
    }

    // librdkafka waits until a batch is full or the time is over: so only for the first
    private void Fetch(int patience)
    {
        (_next, _count) = (0, 0);
        fixed (NativeMessage** batch = _batch)
        {
            _count = Taken(rd_kafka_consume_batch_queue(_queue, patience, batch, 1));
            if (_count > 0)
            {
                _count += Taken(rd_kafka_consume_batch_queue(_queue, 0, batch + 1, BatchRecords - 1));
            }
        }
    }

    private static bool Hand(IRecordReceiver receiver, NativeMessage* message)
    {
        switch ((ErrorCode)message->Error)
        {
            case ErrorCode.NoError:
                return receiver.Record(message->Partition, message->Offset, new Bytes(message->KeyBytes, message->Key is null), new Bytes(message->Value, message->Payload is null));
            case ErrorCode.Local_PartitionEOF:
                return receiver.End(message->Partition, message->Offset);
            case ErrorCode.Local_AutoOffsetReset:
                return receiver.Expired(message->Partition);
            case var passing when PatientBroker.MayPass(new Error(passing)):
                receiver.Passing(Reason(message));
                return true;
            case var code:
                throw new KafkaException(new Error(code, Reason(message)));
        }
    }

    // the payload of an error is its text
    private static string Reason(NativeMessage* message) =>
        message->Payload is null ? new Error((ErrorCode)message->Error).Reason : System.Text.Encoding.UTF8.GetString(message->Value);

    private static int Taken(nint count) => count >= 0 ? (int)count : throw new KafkaException((ErrorCode)rd_kafka_last_error());

    private static void Check(int error)
    {
        if (error != 0)
        {
            throw new KafkaException((ErrorCode)error);
        }
    }

    private T With<T>(IEnumerable<(int Partition, long Offset)> offsets, Func<IntPtr, T> call)
    {
        var list = rd_kafka_topic_partition_list_new(1);
        try
        {
            foreach (var (partition, offset) in offsets)
            {
                rd_kafka_topic_partition_list_add(list, _topic, partition);
                Check(rd_kafka_topic_partition_list_set_offset(list, _topic, partition, offset));
            }

            return call(list);
        }
        finally
        {
            rd_kafka_topic_partition_list_destroy(list);
        }
    }
}
