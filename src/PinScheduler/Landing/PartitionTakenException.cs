namespace PinScheduler.Landing;

/// <summary>Another drain has taken the partition since, or the ledger stands elsewhere; nothing of this one was recorded.</summary>
internal sealed class PartitionTakenException(string message) : Exception(message);
