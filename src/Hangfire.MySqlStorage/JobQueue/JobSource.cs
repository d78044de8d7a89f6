namespace Hangfire.MySql.JobQueue;

/// <summary>Where jobs are claimed: among those that nobody has fetched, or among those whose lease has run out.</summary>
internal readonly record struct JobSource(string Queue, bool Fresh);
