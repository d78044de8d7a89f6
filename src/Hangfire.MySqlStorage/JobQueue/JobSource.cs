namespace Hangfire.MySql.JobQueue;

/// <summary>Where jobs are claimed: among those that nobody has fetched, or among those whose lease has run out.</summary>
/// <param name="Queue">The queue.</param>
/// <param name="Fresh">Whether it is those that nobody has fetched.</param>
/// <param name="Head">Where claims of them begin that follow each other; null for the queue's first row.</param>
internal readonly record struct JobSource(string Queue, bool Fresh, QueueHead? Head = null);
