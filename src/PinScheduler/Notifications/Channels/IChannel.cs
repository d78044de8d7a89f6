using PinScheduler.Orchestration.Events;

namespace PinScheduler.Notifications.Channels;

/// <summary>A way to people.</summary>
internal interface IChannel
{
    string Name { get; }

    bool IsOn { get; }

    /// <summary>Returns when the receiver has taken the message; whatever is thrown means that it may be sent again.</summary>
    /// <param name="id">The same for each try of one event, for the receiver to know it by.</param>
    /// <param name="happened">What is told.</param>
    /// <param name="cancellationToken">Cancelled when the receiver has had its time.</param>
    /// <exception cref="NotTakenException">The receiver has refused; it may have said when to come again.</exception>
    Task SendAsync(string id, RunEvent happened, CancellationToken cancellationToken);
}

/// <summary>A receiver has refused a message.</summary>
internal sealed class NotTakenException(string message, TimeSpan? retryAfter = null) : Exception(message)
{
    public TimeSpan? RetryAfter => retryAfter;
}
