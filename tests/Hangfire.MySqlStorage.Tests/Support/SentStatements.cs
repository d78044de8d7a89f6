using System.Diagnostics;
using MySqlConnector;

namespace Hangfire.MySqlStorage.Tests.Support;

/// <summary>Counts the commands with a text in them that this process sends to a database while this lives.</summary>
public sealed class SentStatements : IDisposable
{
    private readonly ActivityListener _listener;
    private int _count;

    public SentStatements(TestStorage database, string text)
    {
        var name = new MySqlConnectionStringBuilder(database.ConnectionString).Database;
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "MySqlConnector",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                if (activity.GetTagItem("db.name") as string == name && activity.GetTagItem("db.statement") is string statement && statement.Contains(text, StringComparison.Ordinal))
                {
                    Interlocked.Increment(ref _count);
                }
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public int Count => Volatile.Read(ref _count);

    public void Dispose() => _listener.Dispose();
}
