using Hangfire.Common;
using Hangfire.States;

namespace Hangfire.MySqlStorage.Tests.Support;

/// <summary>A state of the test's own.</summary>
public sealed class TestState(string name, string? reason = null, params (string Name, string Value)[] data) : IState
{
    public string Name => name;

    public string? Reason => reason;

    public bool IsFinal => false;

    public bool IgnoreJobLoadException => false;

    public Dictionary<string, string> SerializeData() => data.ToDictionary(pair => pair.Name, pair => pair.Value);
}

public static class TestJobs
{
    public static Job Nothing(string? queue = null) => queue is null ? Job.FromExpression(() => Jobs.Nothing()) : Job.FromExpression(() => Jobs.Nothing(), queue);

    public static Job Run(string what) => Job.FromExpression(() => Jobs.Run("test", what));
}
