using System.Collections.Concurrent;

namespace PinScheduler.Dashboard.Live;

/// <summary>
/// Pages that are fetched anew after an event: however many tabs show one, it is made once for each mark of what it follows, and the others get the same.
/// </summary>
internal sealed class SharedParts(Pulse pulse, TimeProvider time)
{
    // a page that no tab asks for is forgotten; while something goes on, they ask each second
    private static readonly TimeSpan Kept = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, Entry> _pages = new(StringComparer.Ordinal);

    /// <param name="page">What the page depends on besides the topic: its address and who asks.</param>
    /// <param name="topic">What it follows, as <see cref="Pulse"/> has it.</param>
    /// <param name="render">Makes it. A failure is the asker's own; the next one tries anew.</param>
    /// <param name="cancellationToken">Ends the waiting for another who makes it.</param>
    public async Task<PageHtml> GetAsync(string page, string topic, Func<Task<PageHtml>> render, CancellationToken cancellationToken)
    {
        Forget();
        var entry = _pages.GetOrAdd(page, _ => new Entry { AskedAt = time.GetTimestamp() });
        await entry.Turn.WaitAsync(cancellationToken);
        try
        {
            entry.AskedAt = time.GetTimestamp();
            // before the page is read: what changes while it is has another mark, and an event of its own
            var mark = await pulse.MarkAsync(topic, cancellationToken);
            if (entry.Made is not { } made || made.Mark != mark)
            {
                entry.Made = made = (mark, await render());
            }

            return made.Html;
        }
        finally
        {
            entry.Turn.Release();
        }
    }

    private void Forget()
    {
        foreach (var (page, entry) in _pages)
        {
            // who waits for its turn still has it, and makes it once more
            if (entry.Turn.CurrentCount > 0 && time.GetElapsedTime(entry.AskedAt) > Kept)
            {
                _pages.TryRemove(page, out _);
            }
        }
    }

    private sealed class Entry
    {
        // without a wait handle there is nothing to dispose of
        public SemaphoreSlim Turn { get; } = new(1);

        public long AskedAt { get; set; }

        public (string Mark, PageHtml Html)? Made { get; set; }
    }
}
