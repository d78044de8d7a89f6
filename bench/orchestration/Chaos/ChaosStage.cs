using Dapper;
using PinScheduler.Database;
using PinScheduler.Orchestration;
using PinScheduler.Stages;

namespace OrchestrationBench.Chaos;

/// <summary>Looks whether it may really run, works a while, fails now and then, and has one effect.</summary>
internal sealed class ChaosStage(Warehouse warehouse, ChaosNode node, int seed) : IStage
{
    public const string Tables =
        """
        create table if not exists chaos_effect (run_id bigint not null, task_key varchar(100) not null, fence bigint not null, key (run_id, task_key));
        create table if not exists chaos_wrong (text varchar(1000) not null);
        """;

    public async Task<StageResult> RunAsync(StageContext context, CancellationToken cancellationToken)
    {
        await LookAsync(context, cancellationToken);
        var random = new Random(unchecked((((((seed * 31) + (int)context.RunId) * 31) + context.Attempt) * 31) + int.Parse(context.TaskKey.AsSpan(1), System.Globalization.CultureInfo.InvariantCulture)));
        context.Log.LogAttempt(context.Attempt);
        context.Report(1, 2, "steps");
        await Task.Delay(random.Next(100) < 5 ? 3000 : random.Next(60), cancellationToken);
        if (random.Next(100) < 12)
        {
            throw new StageFailedException("as drawn", retry: random.Next(100) < 70);
        }

        await warehouse.TransactAsync(async (connection, transaction) =>
        {
            // as stages must: what is done is not done again. That no two do it at once is for the fence to see to
            await connection.ExecuteAsync(
                "insert into chaos_effect select @RunId, @TaskKey, @Number from dual where not exists (select 1 from chaos_effect where run_id = @RunId and task_key = @TaskKey)",
                new { context.RunId, context.TaskKey, context.Fence.Number }, transaction);
            await context.Fence.CheckAsync(connection, transaction);
        }, cancellationToken);
        await Task.Delay(random.Next(20), cancellationToken);
        return StageResult.Of(("steps", 2));
    }

    private async Task LookAsync(StageContext context, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        var states = (await connection.QueryAsync<(string Key, string State, long Fence)>("select task_key, state, fence from task_run where run_id = @RunId", new { context.RunId })).ToDictionary(row => row.Key);
        if (states[context.TaskKey] is var own && (own.State != "running" || own.Fence != context.Fence.Number))
        {
            // taken over already, or its job deleted: it must have no effect, which the fence sees to
            return;
        }

        foreach (var parent in node.Parents.Select(ChaosNode.Key).Where(parent => !IsDone(states[parent].State)))
        {
            await connection.ExecuteAsync("insert into chaos_wrong values (@text)", new { text = $"run {context.RunId}: {context.TaskKey} began while {parent} was {states[parent].State}" });
        }
    }

    private bool IsDone(string state) => state == "succeeded" || (node.Rule == TriggerRule.AllDone && state is "failed" or "upstream_failed" or "skipped" or "cancelled");
}
