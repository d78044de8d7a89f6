using System.Text;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using MySqlConnector;
using PinScheduler.Database;
using PinScheduler.Orchestration;
using PinScheduler.Orchestration.Runs;
using PinScheduler.Stages;
using PinScheduler.Stages.Clean.Loading;

namespace PinScheduler.Tests.Orchestration;

/// <summary>A cancelled task's statement ends on the server, whatever it is doing there.</summary>
public sealed class CancelSqlTests
{
    private const string Mark = "/* to be cancelled */";

    [Theory]
    [InlineData("select sleep(60)")]
    [InlineData("select count(*) from information_schema.columns a cross join information_schema.columns b cross join information_schema.columns c")]
    [InlineData("select id from held where id = 1 for update")]
    public async Task Cancel_EndsTheStatementOnTheServer(string sql)
    {
        await using var host = await StartAsync(async (connection, transaction, cancellationToken) =>
            await connection.ExecuteAsync(new CommandDefinition(sql + " " + Mark, transaction: transaction, commandTimeout: 0, cancellationToken: cancellationToken)));
        await CancelAsync(host, $"select count(*) from information_schema.processlist where info like '%{Mark}' and id <> connection_id()");
    }

    [Fact]
    public async Task Cancel_EndsALoadThatWaitsForALock()
    {
        await using var host = await StartAsync((connection, transaction, cancellationToken) =>
            new BulkRowLoader().LoadAsync(connection, transaction, new LoadTable("held", ["id"]), new ChunkLines(2, row => Encoding.UTF8.GetBytes($"{row + 1}\n")), cancellationToken));
        await CancelAsync(host, "select count(*) from information_schema.processlist where info like 'LOAD DATA%' and db = database() and id <> connection_id()");
    }

    [Fact]
    public async Task Cancel_EndsALoadInTheMiddleOfItsStream()
    {
        await using var host = await StartAsync((connection, transaction, cancellationToken) =>
            new BulkRowLoader().LoadAsync(connection, transaction, new LoadTable("held", ["id"]), new ChunkLines(int.MaxValue, row => Encoding.UTF8.GetBytes($"{row + 2}\n")), cancellationToken));
        await CancelAsync(host, "select count(*) from information_schema.processlist where info like 'LOAD DATA%' and db = database() and id <> connection_id()");
        // the connection goes back to its pool, and is sound
        Assert.Equal(1, await host.QueryAsync<int>("select count(*) from held"));
    }

    private static async Task<OrchestrationHost> StartAsync(Func<MySqlConnection, MySqlTransaction, CancellationToken, Task> work)
    {
        IServiceProvider? services = null;
        var host = await OrchestrationHost.StartAsync(MariaDb.CreateDatabase("killed"), pipeline => pipeline.Add("a", async (_, cancellationToken) =>
        {
            await services!.GetRequiredService<Warehouse>().TransactAsync((connection, transaction) => work(connection, transaction, cancellationToken), cancellationToken);
            return TestStage.Nothing;
        }), settings: new() { ["Pipeline:ReconcileIntervalInSeconds"] = "3600" });
        services = host.Services;
        await host.ExecuteAsync("create table held (id int primary key); insert into held values (1)");
        return host;
    }

    private static async Task CancelAsync(OrchestrationHost host, string count)
    {
        await using var holder = await host.Get<Warehouse>().OpenAsync(default);
        await using var held = await holder.BeginTransactionAsync();
        await holder.ExecuteAsync("select id from held where id = 1 for update", transaction: held);
        var run = await host.TriggerAsync();
        var begun = await host.WaitAsync(run, view => view.EndedAt is not null || host.QueryAsync<int>(count).GetAwaiter().GetResult() == 1);
        Assert.Null(begun.Tasks![0].Error);
        await host.Get<RunControl>().CancelAsync(run, default);
        var view = await host.WaitForEndAsync(run, 10);
        // long before it would end by itself; how fast is measured by bench/orchestration
        await host.WaitForNoneAsync(count, 10);
        Assert.Equal(("cancelled", "cancelled"), (view.State, view.Tasks![0].State));
    }
}
