namespace PinScheduler.Stages.Drain.Sharing;

/// <summary>Who could take a part of a drain.</summary>
internal interface IIngestServers
{
    /// <summary>How many servers have workers for draining, this one included.</summary>
    Task<int> CountAsync(CancellationToken cancellationToken);
}
