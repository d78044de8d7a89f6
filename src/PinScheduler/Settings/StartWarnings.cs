using System.Collections.Concurrent;

namespace PinScheduler.Settings;

/// <summary>What was found at the start that lets the server serve, and that somebody should see to: shown on the console, by the page System and by /api/info.</summary>
internal sealed class StartWarnings
{
    private readonly ConcurrentQueue<string> _all = new();

    /// <summary>In the order in which they were found.</summary>
    public IReadOnlyCollection<string> All => _all;

    public void Add(string sentence) => _all.Enqueue(sentence);
}
