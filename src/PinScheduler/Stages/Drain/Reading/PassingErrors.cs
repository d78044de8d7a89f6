using Confluent.Kafka;

namespace PinScheduler.Stages.Drain.Reading;

/// <summary>Errors that end no drain: librdkafka tries again by itself, and how long it may is for the drain to say.</summary>
internal static class PassingErrors
{
    private static readonly HashSet<ErrorCode> Codes =
    [
        ErrorCode.Local_Transport,
        ErrorCode.Local_AllBrokersDown,
        ErrorCode.Local_Resolve,
        ErrorCode.Local_TimedOut,
        ErrorCode.Local_TimedOutQueue,
        ErrorCode.Local_WaitCoord,
        ErrorCode.Unknown,
        ErrorCode.LeaderNotAvailable,
        ErrorCode.NotLeaderForPartition,
        ErrorCode.RequestTimedOut,
        ErrorCode.BrokerNotAvailable,
        ErrorCode.ReplicaNotAvailable,
        ErrorCode.NetworkException,
        ErrorCode.GroupCoordinatorNotAvailable,
        ErrorCode.GroupLoadInProgress,
        ErrorCode.NotCoordinatorForGroup,
        ErrorCode.KafkaStorageError,
        ErrorCode.FencedLeaderEpoch,
        ErrorCode.UnknownLeaderEpoch,
        ErrorCode.OffsetNotAvailable,
    ];

    public static bool Contains(ErrorCode code) => Codes.Contains(code);
}
