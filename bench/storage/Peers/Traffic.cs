namespace StorageBench.Peers;

/// <summary>Counters of a database server; NaN where it does not count that.</summary>
internal readonly record struct Traffic
{
    public Traffic()
    {
    }

    public double Statements { get; init; } = double.NaN;

    /// <summary>Transactions of all kinds, single reads outside of one included.</summary>
    public double Transactions { get; init; } = double.NaN;

    /// <summary>COMMIT statements.</summary>
    public double Commits { get; init; } = double.NaN;

    /// <summary>Transactions that have written: each needs the log on disk.</summary>
    public double Writes { get; init; } = double.NaN;

    public double Deadlocks { get; init; } = double.NaN;

    public double LockWaits { get; init; } = double.NaN;

    /// <summary>CPU time of the server in microseconds.</summary>
    public double ServerCpu { get; init; } = double.NaN;

    public static Traffic operator -(Traffic later, Traffic earlier) => new()
    {
        Statements = later.Statements - earlier.Statements,
        Transactions = later.Transactions - earlier.Transactions,
        Commits = later.Commits - earlier.Commits,
        Writes = later.Writes - earlier.Writes,
        Deadlocks = later.Deadlocks - earlier.Deadlocks,
        LockWaits = later.LockWaits - earlier.LockWaits,
        ServerCpu = later.ServerCpu - earlier.ServerCpu,
    };
}
