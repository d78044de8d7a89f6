using PinScheduler.Kafka;

namespace PinScheduler.Ingestion;

/// <summary>A real broker: it keeps what it acknowledges, as long as its retention says.</summary>
internal sealed class UnlimitedRoom : IBrokerRoom
{
    public IDisposable Reserve(TopicInfo topic, List<ProduceRecord> records, byte[] body) => Nothing.Instance;

    private sealed class Nothing : IDisposable
    {
        public static Nothing Instance { get; } = new();

        public void Dispose()
        {
        }
    }
}
