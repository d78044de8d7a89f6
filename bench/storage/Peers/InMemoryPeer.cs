using Hangfire;
using Hangfire.InMemory;

namespace StorageBench.Peers;

/// <summary>Hangfire.InMemory: what Hangfire itself costs, without a database.</summary>
internal sealed class InMemoryPeer : IPeer
{
    public string Name => "inmemory";

    public string Version => $"Hangfire.InMemory {typeof(InMemoryStorage).Assembly.GetName().Version?.ToString(3)}";

    public double Share => 4;

    public bool IsShared => false;

    public string Address => "";

    public string? Start() => null;

    public JobStorage Open() => new InMemoryStorage();

    public JobStorage Connect(string address) => throw new NotSupportedException("Hangfire.InMemory lives in one process.");

    public Traffic Read() => new();

    public void Dispose()
    {
    }
}
