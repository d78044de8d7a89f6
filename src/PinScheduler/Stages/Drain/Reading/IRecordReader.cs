using Confluent.Kafka;
using PinScheduler.Landing;

namespace PinScheduler.Stages.Drain.Reading;

/// <summary>Reads chosen partitions of one topic, each from its own offset: records in their order, the partition's end, and offsets that are gone.</summary>
internal interface IRecordReader : IDisposable
{
    /// <summary>Hands on what is at hand, waiting for the first of it only, until the receiver has enough; what it then did not take comes first the next time.</summary>
    /// <exception cref="KafkaException">An error that does not pass by itself: no right to read, a batch that is damaged, a topic that is not there.</exception>
    void Read(IRecordReceiver receiver, TimeSpan patience);

    /// <summary>No more of these partitions; what was fetched of them already may still come.</summary>
    /// <exception cref="KafkaException">Kafka's client did not take it.</exception>
    void Leave(IReadOnlyCollection<int> partitions);

    /// <summary>Tells the consumer group where the ledger stands.</summary>
    /// <exception cref="KafkaException">The group does not take it.</exception>
    void Commit(IReadOnlyCollection<(int Partition, long NextOffset)> offsets);
}

/// <summary>Who is told what was read; each answers whether it wants more now.</summary>
internal interface IRecordReceiver
{
    bool Record(int partition, long offset, Bytes key, Bytes value);

    /// <summary>The partition ends here for now: every offset before has been read or holds no record.</summary>
    bool End(int partition, long offset);

    /// <summary>The broker no longer has the next offset; nothing more of this partition will come.</summary>
    bool Expired(int partition);

    /// <summary>Something is in the way that Kafka's client tries again by itself.</summary>
    void Passing(string reason);
}
