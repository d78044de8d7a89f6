namespace StorageBench.Peers;

/// <summary>All storages that can be measured, by name.</summary>
internal static class PeerList
{
    private static readonly Dictionary<string, Func<TimeSpan, IPeer>> Known = new(StringComparer.OrdinalIgnoreCase)
    {
        ["inmemory"] = _ => new InMemoryPeer(),
        ["redis"] = _ => new RedisPeer(durable: false),
        ["redis-aof"] = _ => new RedisPeer(durable: true),
        ["postgres"] = poll => new PostgreSqlPeer(poll),
        ["ours"] = poll => new MySqlPeer(poll),
        ["ours-default"] = _ => new MySqlPeer(poll: null),
    };

    public static IReadOnlyCollection<string> Names => Known.Keys;

    public static IPeer Create(string name, TimeSpan poll) => Known.TryGetValue(name, out var create)
        ? create(poll)
        : throw new ArgumentException($"There is no storage '{name}'; choose from {string.Join(", ", Names)}.");
}
