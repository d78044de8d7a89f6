using Confluent.Kafka;
using PinScheduler.Kafka;

namespace PinScheduler.Stages.Drain;

/// <summary>Asks the cluster again where its answer failed in a way that may pass, for as long as the request has patience.</summary>
internal sealed class PatientBroker(TopicCatalog catalog, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    // no waiting makes these good, of what brokers say …
    private static readonly HashSet<ErrorCode> Final =
    [
        ErrorCode.TopicAuthorizationFailed, ErrorCode.GroupAuthorizationFailed, ErrorCode.ClusterAuthorizationFailed, ErrorCode.SaslAuthenticationFailed,
        ErrorCode.UnsupportedVersion, ErrorCode.InvalidRequest, ErrorCode.TopicException, ErrorCode.SecurityDisabled,
    ];

    // … and it may make these good, of what librdkafka does; not a bad batch, say, which it would step over
    private static readonly HashSet<ErrorCode> Passing =
    [
        ErrorCode.Local_Transport, ErrorCode.Local_TimedOut, ErrorCode.Local_TimedOutQueue, ErrorCode.Local_AllBrokersDown, ErrorCode.Local_Resolve, ErrorCode.Local_WaitCoord,
    ];

    /// <summary>Null: there is no such topic.</summary>
    /// <exception cref="KafkaException">The cluster refuses, or has not answered for as long as it may.</exception>
    public Task<TopicInfo?> FindAsync(DrainRequest request, string topic, CancellationToken cancellationToken) =>
        AskAsync(request, topic, async () => (await catalog.RefreshAsync(cancellationToken)).GetValueOrDefault(topic), cancellationToken);

    /// <summary>Where the partitions begin and end.</summary>
    /// <exception cref="KafkaException">The cluster refuses, or has not answered for as long as it may.</exception>
    public Task<IReadOnlyList<Watermarks>> WatermarksAsync(DrainRequest request, TopicInfo topic, CancellationToken cancellationToken) =>
        AskAsync(request, topic.Name, () => catalog.WatermarksAsync(topic, cancellationToken), cancellationToken);

    /// <summary>Whether it is worth waiting for; the consumer's position stays where it was meanwhile.</summary>
    public static bool MayPass(Error error) => !error.IsFatal && (error.IsBrokerError || error.Code == ErrorCode.Unknown ? !Final.Contains(error.Code) : Passing.Contains(error.Code));

    private async Task<T> AskAsync<T>(DrainRequest request, string topic, Func<Task<T>> askAsync, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            try
            {
                return await askAsync();
            }
            catch (KafkaException exception) when (MayPass(exception.Error) && time.GetElapsedTime(started) < request.BrokerPatience)
            {
                DrainLog.AskingAgain(request.Log, topic, exception.Error.Reason);
            }

            await Task.Delay(Pause, time, cancellationToken);
        }
    }
}
