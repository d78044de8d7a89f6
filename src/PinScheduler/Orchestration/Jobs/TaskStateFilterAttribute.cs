using System.Runtime.CompilerServices;
using Hangfire;
using Hangfire.Common;
using Hangfire.States;

namespace PinScheduler.Orchestration.Jobs;

/// <summary>
/// Brings <see cref="TaskElection"/> before every change of a task's job. An attribute, because Hangfire's continuations and clients look for
/// filters in static places; the election belongs to the storage that the job is in.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class TaskStateFilterAttribute : JobFilterAttribute, IElectStateFilter
{
    /// <summary>Before Hangfire's retries (20) and continuations (1000).</summary>
    private const int BeforeAllOthers = 10;

    private static readonly ConditionalWeakTable<JobStorage, Action<ElectStateContext>> Elections = [];

    public TaskStateFilterAttribute() => Order = BeforeAllOthers;

    public static void Bind(JobStorage storage, Action<ElectStateContext> election) => Elections.AddOrUpdate(storage, election);

    /// <summary>Where a process only looks at the storage, nothing is elected: a job that comes too early is sent back by its claim.</summary>
    public void OnStateElection(ElectStateContext context)
    {
        if (Elections.TryGetValue(context.Storage, out var elect))
        {
            elect(context);
        }
    }
}
