namespace PinScheduler.Stages.Drain.Sharing;

/// <summary>Who could take a part of a drain.</summary>
internal interface IIngestServers
{
    /// <summary>Whether this server has workers for draining.</summary>
    bool IsOne { get; }

    /// <summary>How many servers have workers for draining, this one included.</summary>
    Task<int> CountAsync(CancellationToken cancellationToken);
}
