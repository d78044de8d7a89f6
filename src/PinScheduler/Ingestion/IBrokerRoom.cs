using PinScheduler.Kafka;

namespace PinScheduler.Ingestion;

/// <summary>Asked before anything of a request is produced: a broker that forgets what it has no room for must not be given too much.</summary>
internal interface IBrokerRoom
{
    /// <summary>Reserves room for all of the records until the reservation is disposed; may settle their partitions to know where it is needed.</summary>
    /// <exception cref="IngestionException">No room now (429), or never (413).</exception>
    IDisposable Reserve(TopicInfo topic, List<ProduceRecord> records, byte[] body);
}
