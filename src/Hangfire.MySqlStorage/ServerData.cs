namespace Hangfire.MySql;

/// <summary>What a server says about itself, as Hangfire's SQL storages write it.</summary>
internal sealed record ServerData(int WorkerCount, string[]? Queues, DateTime? StartedAt);
