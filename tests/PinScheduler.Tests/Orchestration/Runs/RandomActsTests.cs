using System.Collections.Concurrent;
using CsCheck;
using Dapper;
using PinScheduler.Database;
using PinScheduler.Orchestration;
using PinScheduler.Orchestration.Runs;
using PinScheduler.Stages;

namespace PinScheduler.Tests.Orchestration.Runs;

/// <summary>
/// Graphs drawn at random, tasks that fail, and hands that re-run, settle, skip, cancel and retry at any moment, from two servers. No task runs while
/// its rule does not hold, none twice at once with effect, and every run ends. The reconcilers sleep: a wake-up that an act loses is found.
/// </summary>
public sealed class RandomActsTests
{
    private const int Runs = 12;
    private const int Acts = 150;

    [Fact]
    public Task Runs_KeepTheirPromises_UnderActsAtAnyMoment() => Gen.Int[0, int.MaxValue].SampleAsync(RunAllAsync, iter: 1, threads: 1);

    private static async Task RunAllAsync(int seed)
    {
        var database = MariaDb.CreateDatabase("randomacts");
        var wrongs = new ConcurrentBag<string>();
        var calm = new StrongBox();
        await using var host = await StartAsync(database, seed, wrongs, calm);
        await using var other = await StartAsync(database, seed, wrongs, calm);
        OrchestrationHost[] hosts = [host, other];
        await host.ExecuteAsync("create table effect (run bigint, task varchar(50), attempt int, key (run, task))");
        var runs = await Task.WhenAll(Enumerable.Range(0, Runs).Select(i => hosts[i % 2].TriggerAsync($"g{i}")));

        await Task.WhenAll(Enumerable.Range(0, 4).Select(async hand =>
        {
            var random = new Random(seed + hand);
            for (var i = 0; i < Acts; i++)
            {
                await TryActAsync(hosts[random.Next(2)], runs[random.Next(Runs)], random);
            }
        }));

        // then nobody fails any more, and somebody retries what has ended badly
        calm.Value = true;
        foreach (var run in runs)
        {
            while (await host.WaitForEndAsync(run, 60) is { State: not "succeeded" })
            {
                await host.Get<RunControl>().RetryAsync(run, default);
            }
        }

        Assert.Empty(wrongs);
        Assert.Equal("", await host.QueryAsync<string>("select coalesce(group_concat(distinct state), '') from task_run where state not in ('succeeded', 'skipped')"));
        // an attempt's effect is there once, and of attempts that ended well each has it
        Assert.Equal(0, await host.QueryAsync<int>("select count(*) from (select 1 from effect group by run, task, attempt having count(*) > 1) twice"));
        Assert.Equal(0, await host.QueryAsync<int>("select count(*) from task_attempt a left join effect e on e.run = a.run_id and e.task = a.task_key and e.attempt = a.attempt where a.state = 'succeeded' and e.run is null"));
    }

    private static async Task TryActAsync(OrchestrationHost host, long run, Random random)
    {
        var tasks = (await host.ReadAsync(run)).Tasks!;
        var act = new RunAct(RunAct.All[random.Next(RunAct.All.Count)], tasks[random.Next(tasks.Count)].Key, Below: random.Next(2) == 0, Reason: "at random");
        // most acts on a task that fits, for most at random would be refused; and few runs are cancelled
        if (act.Kind == RunAct.Cancel && random.Next(5) > 0)
        {
            return;
        }

        try
        {
            await host.Get<RunControl>().ActAsync(run, act.Kind is RunAct.Retry or RunAct.Cancel ? act with { Task = null } : act, default);
        }
        catch (RefusedException)
        {
            // as the run stood
        }
    }

    private static Task<OrchestrationHost> StartAsync(string database, int seed, ConcurrentBag<string> wrongs, StrongBox calm) => OrchestrationHost.StartAsync(database, pipeline => pipeline.Add("unused"),
        settings: new() { ["Pipeline:Workers:analyze"] = "6", ["Pipeline:ReconcileIntervalInSeconds"] = "3600" },
        configure: services =>
        {
            for (var i = 0; i < Runs; i++)
            {
                var drawn = new Random(seed + (i * 1000));
                services.AddPipeline($"g{i}", (provider, pipeline) => Describe(pipeline.Overlap(OverlapPolicy.Allow), drawn, provider, wrongs, calm));
            }
        });

    private static void Describe(PipelineBuilder pipeline, Random drawn, IServiceProvider services, ConcurrentBag<string> wrongs, StrongBox calm)
    {
        for (var i = 0; i < 8; i++)
        {
            var fails = drawn.Next(4) == 0;
            pipeline.Add($"t{i}", (context, cancellationToken) => RunAsync(context, fails && !calm.Value, services, wrongs, cancellationToken))
                .After(Enumerable.Range(0, i).Where(_ => drawn.Next(3) == 0).Select(parent => $"t{parent}").ToList())
                .When(drawn.Next(6) == 0 ? TriggerRule.AllDone : TriggerRule.AllSuccess);
        }
    }

    private static async Task<StageResult> RunAsync(StageContext context, bool fails, IServiceProvider services, ConcurrentBag<string> wrongs, CancellationToken cancellationToken)
    {
        T Get<T>() => (T)services.GetService(typeof(T))!;
        if (await Get<RunStore>().ReadAsync(context.RunId, cancellationToken) is { } board && board[context.TaskKey] is { State: TaskState.Running } task && task.Fence == context.Fence.Number
            && board.ReadinessOf(context.TaskKey) != Readiness.Ready)
        {
            wrongs.Add($"{context.TaskKey} of run {context.RunId} runs, and waits for {string.Join(", ", board.WaitsFor(context.TaskKey))}");
        }

        await Task.Delay(Random.Shared.Next(30), cancellationToken);
        if (fails)
        {
            throw new StageFailedException("as drawn");
        }

        await Get<Warehouse>().TransactAsync(async (connection, transaction) =>
        {
            await connection.ExecuteAsync("insert into effect values (@RunId, @TaskKey, @Attempt)", new { context.RunId, context.TaskKey, context.Attempt }, transaction);
            await context.Fence.CheckAsync(connection, transaction);
        }, cancellationToken);
        return TestStage.Nothing;
    }

    private sealed class StrongBox
    {
        public volatile bool Value;
    }
}
