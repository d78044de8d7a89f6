namespace PinScheduler.Orchestration.Events;

/// <summary>Where events go, and which: for each of these a row is written to the outbox. None: nobody wants to be told.</summary>
internal sealed record EventChannels(IReadOnlyList<string> Names, IReadOnlyCollection<string> Kinds)
{
    public static EventChannels None { get; } = new([], []);

    public bool Want(string kind) => Names.Count > 0 && Kinds.Contains(kind);
}
