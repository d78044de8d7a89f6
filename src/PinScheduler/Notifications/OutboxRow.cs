namespace PinScheduler.Notifications;

/// <summary>A row of `event_outbox`: an event for one channel.</summary>
internal sealed record OutboxRow
{
    public long Id { get; init; }

    public string EventId { get; init; } = "";

    public string Channel { get; init; } = "";

    public string Kind { get; init; } = "";

    public long Run { get; init; }

    public string Facts { get; init; } = "";

    public DateTime CreatedAt { get; init; }

    public int Attempts { get; init; }

    public DateTime NextAttemptAt { get; init; }

    public DateTime? SentAt { get; init; }

    public DateTime? GivenUpAt { get; init; }

    public string? Error { get; init; }
}
