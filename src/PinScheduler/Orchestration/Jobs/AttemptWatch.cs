using System.Collections.Concurrent;
using Dapper;
using PinScheduler.Database;

namespace PinScheduler.Orchestration.Jobs;

/// <summary>Looks a few times a second whether what this server runs should still run: a cancelled run stops, and an attempt that another has superseded.</summary>
internal sealed class AttemptWatch(Warehouse warehouse, TimeProvider time, ILogger<AttemptWatch> log) : PeriodicService(time, log)
{
    private readonly ConcurrentDictionary<WatchedAttempt, bool> _attempts = new();

    /// <summary>Half of what a cancelled task takes to stop, on a server that was not itself asked to cancel.</summary>
    protected override TimeSpan Interval => TimeSpan.FromMilliseconds(250);

    protected override string WhileFailing => "Tasks of runs that are cancelled, or that others have taken over, are not stopped";

    public WatchedAttempt Begin(TaskClaim claim, CancellationTokenSource stop)
    {
        var attempt = new WatchedAttempt(claim.Run, claim.Key, claim.Fence!.Number, stop, ended => _attempts.TryRemove(ended, out _));
        _attempts[attempt] = true;
        return attempt;
    }

    public override async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        var attempts = _attempts.Keys.ToList();
        if (attempts.Count == 0)
        {
            return;
        }

        await using var connection = await warehouse.OpenAsync(cancellationToken);
        var now = (await connection.QueryAsync<(long Run, string Task, long Fence, bool Cancelled)>(new CommandDefinition(
            "select t.run_id, t.task_key, t.fence, r.cancelled_at is not null from task_run t inner join run r on r.id = t.run_id where r.id in @runs and t.state = 'running'",
            new { runs = attempts.Select(attempt => attempt.Run).Distinct() }, cancellationToken: cancellationToken))).ToDictionary(row => (row.Run, row.Task));
        foreach (var attempt in attempts)
        {
            if (!now.TryGetValue((attempt.Run, attempt.Task), out var row) || row.Fence != attempt.Fence)
            {
                attempt.Supersede();
            }
            else if (row.Cancelled)
            {
                attempt.Cancel();
            }
        }
    }

}
