using System.Collections.Concurrent;
using CsCheck;
using Dapper;
using Hangfire;
using PinScheduler.Database;
using PinScheduler.Orchestration;
using PinScheduler.Orchestration.Jobs;
using PinScheduler.Orchestration.Runs;
using PinScheduler.Stages;

namespace PinScheduler.Tests.Orchestration.Jobs;

/// <summary>Graphs drawn at random, with failures, all at once on many workers: every task runs after its parents, has its effect once, and every run ends.</summary>
public sealed class RandomGraphTests
{
    private sealed record Node(int[] Parents, TriggerRule Rule, int Failures, bool IsRetryable);

    private static readonly Gen<Node[]> Graphs = Gen.Int[1, 10].SelectMany(count => Gen.Select(
        Gen.Int[0, 99].Array[count * count], Gen.Int[0, 99].Array[count], Gen.Int[0, 99].Array[count], Gen.Bool.Array[count], (edges, rules, failures, retryable) => Enumerable.Range(0, count).Select(i => new Node(
            [.. Enumerable.Range(0, i).Where(parent => edges[(i * count) + parent] < 35)],
            rules[i] < 15 ? TriggerRule.AllDone : TriggerRule.AllSuccess,
            failures[i] < 12 ? 1 : failures[i] < 16 ? 2 : 0,
            retryable[i])).ToArray()));

    [Fact]
    public Task Runs_KeepTheirPromises_WithFailuresAndRequeues() => Graphs.Array[30].SampleAsync(graphs => RunAllAsync(graphs, breakFastPath: false), iter: 1, threads: 1, print: Print);

    [Fact]
    public Task Runs_KeepTheirPromises_WithTheFastPathBrokenAndJobsDeleted() => Graphs.Array[15].SampleAsync(graphs => RunAllAsync(graphs, breakFastPath: true), iter: 1, threads: 1, print: Print);

    private static string Print(Node[][] graphs) => string.Join('\n', graphs.Select((graph, g) => $"g{g}: " + string.Join(' ', graph.Select((node, i) =>
        $"t{i}({string.Join(',', node.Parents)}){(node.Rule == TriggerRule.AllDone ? "any" : "")}{new string('!', node.Failures)}{(node.IsRetryable ? "r" : "")}"))));

    private static async Task RunAllAsync(Node[][] graphs, bool breakFastPath)
    {
        var seen = new Observer();
        await using var host = await OrchestrationHost.StartAsync(MariaDb.CreateDatabase("graphs"), pipeline => pipeline.Add("unused"),
            settings: new() { ["Pipeline:Workers:analyze"] = "12", ["Pipeline:ReconcileIntervalInSeconds"] = breakFastPath ? "0.3" : "3600" },
            configure: services =>
            {
                for (var i = 0; i < graphs.Length; i++)
                {
                    var (name, graph) = ($"g{i}", graphs[i]);
                    services.AddPipeline(name, (provider, pipeline) => Describe(pipeline.Overlap(OverlapPolicy.Allow), name, graph, seen, provider));
                }
            });
        await host.ExecuteAsync("create table effect (pipeline varchar(50), task varchar(50), key (pipeline, task))");
        if (breakFastPath)
        {
            var coin = new ThreadLocal<Random>(() => new Random(Environment.CurrentManagedThreadId));
            var election = host.Get<TaskElection>();
            // as if it had thrown: nobody judges
            TaskStateFilterAttribute.Bind(host.Storage, context => (coin.Value!.Next(2) == 0 ? static _ => { } : (Action<Hangfire.States.ElectStateContext>)election.Elect)(context));
        }

        var runs = await Task.WhenAll(graphs.Select((_, i) => host.TriggerAsync($"g{i}")));
        await FinishAsync(host, runs, breakFastPath);

        Assert.Empty(seen.Wrongs);
        foreach (var run in runs)
        {
            var view = await host.ReadAsync(run);
            Assert.Equal("succeeded", view.State);
            Assert.All(view.Tasks!, task => Assert.Equal("succeeded", task.State));
        }

        Assert.Equal(graphs.Sum(graph => graph.Length), await host.QueryAsync<int>("select count(*) from effect"));
    }

    // somebody who requeues what has failed, as the dashboard does; and, where asked for, somebody who breaks things
    private static async Task FinishAsync(OrchestrationHost host, long[] runs, bool breakThings)
    {
        var client = new BackgroundJobClient(host.Storage);
        var random = new Random(1);
        var deadline = Environment.TickCount64 + 60_000;
        while (await host.QueryAsync<int>("select count(*) from run where state <> 'succeeded'") is > 0 and var left)
        {
            await using var connection = await host.Get<Warehouse>().OpenAsync(default);
            foreach (var job in await connection.QueryAsync<string>("select hangfire_job_id from task_run where state = 'failed'"))
            {
                client.Requeue(job);
            }

            // deleted while it was at work, a failed task's job can be requeued by nobody: its run is retried instead, once it has ended
            foreach (var run in await connection.QueryAsync<long>("select distinct r.id from run r inner join task_run t on t.run_id = r.id where r.state = 'failed' and t.state = 'failed' and not exists (select 1 from HangfireJob j where j.Id = t.hangfire_job_id)"))
            {
                try
                {
                    await host.Get<RunControl>().RetryAsync(run, default);
                }
                catch (RefusedException)
                {
                    // another of its tasks, requeued above, has made it run again
                }
            }

            if (breakThings && random.Next(3) == 0)
            {
                // repeated when it meets the storage's own statements
                await host.Get<Warehouse>().TransactAsync(async (breaking, transaction) =>
                {
                    await breaking.ExecuteAsync("delete from HangfireJob where Id in (select hangfire_job_id from task_run where state in ('waiting', 'queued')) order by rand() limit 2", transaction: transaction);
                    await breaking.ExecuteAsync("delete from HangfireJobParameter where Name = 'Continuations' order by rand() limit 2", transaction: transaction);
                }, default);
            }

            if (Environment.TickCount64 > deadline)
            {
                var stuck = await connection.QueryAsync<string>(
                    "select concat(r.pipeline, ' ', r.state, ' ', t.task_key, ' ', t.state, ' ', coalesce(t.hangfire_job_id, '-'), ' ', coalesce(j.StateName, 'gone')) from run r inner join task_run t on t.run_id = r.id left join HangfireJob j on j.Id = t.hangfire_job_id where r.state <> 'succeeded' and t.state <> 'succeeded'");
                throw new TimeoutException($"{left} of {runs.Length} runs are not done:\n{string.Join('\n', stuck)}");
            }

            await Task.Delay(20);
        }
    }

    private static void Describe(PipelineBuilder pipeline, string name, Node[] graph, Observer seen, IServiceProvider services)
    {
        for (var i = 0; i < graph.Length; i++)
        {
            var (node, key, index) = (graph[i], $"t{i}", i);
            pipeline.Add(key, (context, cancellationToken) => seen.RunAsync(name, key, graph, index, services, context, cancellationToken))
                .After(node.Parents.Select(parent => $"t{parent}")).When(node.Rule);
        }
    }

    /// <summary>Sees what runs when, and says what must not be.</summary>
    private sealed class Observer
    {
        private readonly ConcurrentDictionary<(string, string), int> _tries = new();
        private readonly ConcurrentDictionary<(string, string), bool> _ended = new();

        public ConcurrentBag<string> Wrongs { get; } = [];

        public async Task<StageResult> RunAsync(string pipeline, string key, Node[] graph, int index, IServiceProvider services, StageContext context, CancellationToken cancellationToken)
        {
            var node = graph[index];
            foreach (var parent in node.Parents.Where(parent => !IsDone(pipeline, graph, parent, node.Rule)))
            {
                Wrongs.Add($"{pipeline}/{key} began before t{parent} was done");
            }

            await Task.Yield();
            if (_tries.AddOrUpdate((pipeline, key), 1, (_, tries) => tries + 1) <= node.Failures)
            {
                _ended[(pipeline, key)] = false;
                throw new StageFailedException("as planned", node.IsRetryable);
            }

            var warehouse = (Warehouse)services.GetService(typeof(Warehouse))!;
            await warehouse.TransactAsync(async (connection, transaction) =>
            {
                // as stages must: what is done is not done again. That no two do it at once is for the fence to see to
                await connection.ExecuteAsync("insert into effect select @pipeline, @key from dual where not exists (select 1 from effect where pipeline = @pipeline and task = @key)", new { pipeline, key }, transaction);
                await context.Fence.CheckAsync(connection, transaction);
            }, cancellationToken);
            _ended[(pipeline, key)] = true;
            return TestStage.Nothing;
        }

        // to all_done, a parent is done too that could not run because something above it has failed
        private bool IsDone(string pipeline, Node[] graph, int parent, TriggerRule rule) =>
            _ended.TryGetValue((pipeline, $"t{parent}"), out var well) ? well || rule == TriggerRule.AllDone : rule == TriggerRule.AllDone && HasFailureAbove(graph, parent);

        private static bool HasFailureAbove(Node[] graph, int index) => graph[index].Parents.Any(parent => graph[parent].Failures > 0 || HasFailureAbove(graph, parent));
    }
}
