using System.Collections;

namespace Hangfire.MySql.JobQueue;

/// <summary>Which provider keeps which queue. Add providers before servers and clients start.</summary>
public class PersistentJobQueueProviderCollection : IEnumerable<IPersistentJobQueueProvider>
{
    private readonly IPersistentJobQueueProvider _default;
    private readonly List<IPersistentJobQueueProvider> _providers;
    private readonly Dictionary<string, IPersistentJobQueueProvider> _byQueue = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>All queues are kept by one provider.</summary>
    public PersistentJobQueueProviderCollection(IPersistentJobQueueProvider defaultProvider)
    {
        ArgumentNullException.ThrowIfNull(defaultProvider);
        _default = defaultProvider;
        _providers = [defaultProvider];
        IsDefaultOnly = defaultProvider is MySqlJobQueueProvider;
    }

    /// <summary>Whether the storage's own tables keep all queues.</summary>
    internal bool IsDefaultOnly { get; private set; }

    /// <summary>Lets a provider keep some queues.</summary>
    /// <exception cref="ArgumentException">A queue has a provider already.</exception>
    public void Add(IPersistentJobQueueProvider provider, IEnumerable<string> queues)
    {
        ArgumentNullException.ThrowIfNull(provider);
        ArgumentNullException.ThrowIfNull(queues);
        _providers.Add(provider);
        foreach (var queue in queues)
        {
            _byQueue.Add(queue, provider);
        }

        IsDefaultOnly = false;
    }

    /// <summary>The provider that keeps a queue.</summary>
    public IPersistentJobQueueProvider GetProvider(string queue) => _byQueue.GetValueOrDefault(queue, _default);

    /// <summary>The providers, the default one first.</summary>
    public IEnumerator<IPersistentJobQueueProvider> GetEnumerator() => _providers.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The provider that keeps a queue, unless the storage's own tables do.</summary>
    internal IPersistentJobQueueProvider? Elsewhere(string queue) =>
        IsDefaultOnly || GetProvider(queue) is not { } provider || provider is MySqlJobQueueProvider ? null : provider;

    /// <summary>The one provider of several queues: a worker waits at one.</summary>
    internal IPersistentJobQueueProvider ForAll(string[] queues)
    {
        var providers = queues.Select(GetProvider).Distinct().ToArray();
        return providers.Length == 1
            ? providers[0]
            : throw new InvalidOperationException(
                $"Different providers keep the queues '{string.Join("', '", queues)}', and a server can wait at one only; start a server for the queues of each.");
    }
}
