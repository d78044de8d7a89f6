using Hangfire.Common;
using Hangfire.Storage;

namespace Hangfire.MySql.Monitoring;

/// <summary>What all of Hangfire's entries for jobs have in common, said once: they share property names and no base type.</summary>
internal static class JobEntry<T> where T : class, new()
{
    private static readonly Action<T, Job?> SetJob = Setter<Job?>(name => name == "Job");
    private static readonly Action<T, JobLoadException?> SetLoadException = Setter<JobLoadException?>(name => name == "LoadException");
    private static readonly Action<T, InvocationData?> SetInvocationData = Setter<InvocationData?>(name => name == "InvocationData");
    private static readonly Action<T, IDictionary<string, string>> SetStateData = Setter<IDictionary<string, string>>(name => name == "StateData");
    private static readonly Action<T, bool> SetIsInState = Setter<bool>(name => name.StartsWith("In", StringComparison.Ordinal) && name.EndsWith("State", StringComparison.Ordinal));

    /// <param name="job">The job to show.</param>
    /// <param name="state">The state that the list is of.</param>
    /// <param name="show">Fills in what only this list shows.</param>
    public static T Of(ShownJob job, string state, Action<T, ShownJob> show)
    {
        var entry = new T();
        SetJob(entry, job.Stored.Job);
        SetLoadException(entry, job.Stored.LoadException);
        SetInvocationData(entry, job.Stored.InvocationData);
        SetStateData(entry, job.Data);
        SetIsInState(entry, job.IsIn(state));
        show(entry, job);
        return entry;
    }

    /// <summary>Does nothing where the entry has no such property.</summary>
    private static Action<T, TValue> Setter<TValue>(Func<string, bool> isNamed) =>
        typeof(T).GetProperties().FirstOrDefault(property => property.PropertyType == typeof(TValue) && isNamed(property.Name))?.SetMethod?.CreateDelegate<Action<T, TValue>>()
        ?? ((_, _) => { });
}
