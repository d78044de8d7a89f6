using System.Globalization;
using PinScheduler.Landing;
using PinScheduler.Stages.Drain.Reading;

namespace PinScheduler.Tests.Stages.Drain.Reading;

/// <summary>Writes down what a reader hands on, as text, by partition.</summary>
internal sealed class ReadEvents : IRecordReceiver
{
    private readonly SortedDictionary<int, List<string>> _seen = [];

    /// <summary>After so many records the receiver has enough for the moment; 0: it never has.</summary>
    public int AtOnce { get; init; }

    /// <summary>Partitions that have ended or expired.</summary>
    public HashSet<int> Done { get; } = [];

    public List<string> InTheWay { get; } = [];

    public int Records { get; private set; }

    public IReadOnlyList<string> Of(int partition) => _seen.GetValueOrDefault(partition) ?? [];

    public static string Text(long offset, byte[]? key, byte[]? value) =>
        string.Create(CultureInfo.InvariantCulture, $"{offset} {(key is null ? "none" : "'" + Convert.ToBase64String(key))} {(value is null ? "none" : "'" + Convert.ToBase64String(value))}");

    public bool Record(int partition, long offset, Bytes key, Bytes value)
    {
        Note(partition, Text(offset, key.IsNull ? null : key.Span.ToArray(), value.IsNull ? null : value.Span.ToArray()));
        return ++Records % Math.Max(AtOnce, 1) != 0 || AtOnce == 0;
    }

    public bool End(int partition, long offset)
    {
        Done.Add(partition);
        return Note(partition, $"end {offset}");
    }

    public bool Expired(int partition)
    {
        Done.Add(partition);
        return Note(partition, "expired");
    }

    public void Passing(string reason) => InTheWay.Add(reason);

    private bool Note(int partition, string text)
    {
        if (!_seen.TryGetValue(partition, out var list))
        {
            _seen.Add(partition, list = []);
        }

        list.Add(text);
        return true;
    }
}
