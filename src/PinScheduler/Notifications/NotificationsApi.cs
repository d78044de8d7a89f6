using PinScheduler.Orchestration;
using PinScheduler.Orchestration.Api;
using PinScheduler.Orchestration.Events;

namespace PinScheduler.Notifications;

/// <summary>/api/notifications: what was sent or waits to be, and a message to try the channels with.</summary>
internal static class NotificationsApi
{
    private const int Most = 500;

    private sealed record View(string Id, string Channel, string Event, string? Run, DateTime CreatedAt, int Attempts, DateTime? NextAttemptAt, DateTime? SentAt, DateTime? GivenUpAt, string? Error);

    public static void MapNotifications(this WebApplication app)
    {
        var api = app.MapGroup("/api/notifications").AddEndpointFilter(RefusalFilter.InvokeAsync);
        api.MapGet("", ListAsync).WithSummary("Messages that were sent or wait to be, newest first");
        api.MapPost("/test", TestAsync).WithSummary("Sends a message by each channel, to see whether it arrives");
    }

    private static async Task<IResult> ListAsync(Outbox outbox, CancellationToken cancellationToken, int limit = 50) => limit is < 1 or > Most
        ? throw RefusedException.Invalid($"'limit' is {limit}; it must be 1 to {Most}.")
        : TypedResults.Ok((await outbox.ListAsync(limit, cancellationToken)).Select(static row => new View(
            row.EventId, row.Channel, row.Kind, row.Run == 0 ? null : row.Run.ToString(), row.CreatedAt, row.Attempts,
            row.SentAt is null && row.GivenUpAt is null ? row.NextAttemptAt : null, row.SentAt, row.GivenUpAt, row.Error)));

    private static async Task<IResult> TestAsync(HttpRequest request, Outbox outbox, EventChannels channels, EventOutbox events, TimeProvider time, CancellationToken cancellationToken)
    {
        await RequestBody.ReadAsync(request, [], cancellationToken);
        if (channels.Names.Count == 0)
        {
            throw RefusedException.WrongState("No channel is on; set 'Notifications:Webhook:Url' or 'Notifications:Mail:Host' and start again.");
        }

        var now = time.GetUtcNow().UtcDateTime;
        await outbox.AddAsync(events, new RunEvent(MessageWriter.Test, "", "", DateOnly.FromDateTime(now), "0", "", "", now, null, null), cancellationToken);
        return TypedResults.Accepted("/api/notifications", new { channels = channels.Names });
    }
}
