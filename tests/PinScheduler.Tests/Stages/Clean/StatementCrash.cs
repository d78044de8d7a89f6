using System.Diagnostics;

namespace PinScheduler.Tests.Stages.Clean;

/// <summary>
/// Lets what runs inside it die right before its n-th SQL statement. The driver announces each statement to listeners; that one listens
/// and throws needs no door in the code under test.
/// </summary>
internal sealed class StatementCrash : IDisposable
{
    private static readonly AsyncLocal<StatementCrash?> Current = new();

    private static readonly ActivityListener Listener = new()
    {
        ShouldListenTo = source => source.Name == "MySqlConnector",
        Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
        ActivityStarted = activity => Current.Value?.OnStatement(activity),
    };

    private readonly int _at;
    private int _seen;

    static StatementCrash() => ActivitySource.AddActivityListener(Listener);

    private StatementCrash(int at) => _at = at;

    public bool Happened => _seen >= _at;

    public static StatementCrash Before(int statement) => Current.Value = new StatementCrash(statement);

    public void Dispose() => Current.Value = null;

    private void OnStatement(Activity activity)
    {
        if (Interlocked.Increment(ref _seen) == _at)
        {
            throw new CrashException($"Died before statement {_at}: {activity.DisplayName} {activity.GetTagItem("db.statement")}");
        }
    }
}

internal sealed class CrashException(string message) : Exception(message);
