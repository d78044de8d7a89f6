namespace PinScheduler.Ingestion.Producing;

/// <summary>A producer as long as it lives: an idempotent one can come to an end of which only a new one is the cure.</summary>
internal interface IProducerInstance : IDisposable
{
    /// <summary>Hands records to Kafka's client, from one on. Of each it will say once, on its own thread, what became of it: <see cref="ProduceBatch.Complete"/>.</summary>
    /// <returns>The first that was not taken because the client's queue is full, or the number of all.</returns>
    int Enqueue(ProduceBatch batch, int from);

    /// <summary>Waits until all that was handed over is reported on.</summary>
    void Flush(TimeSpan patience);
}
