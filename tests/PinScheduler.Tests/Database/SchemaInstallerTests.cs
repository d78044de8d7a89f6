using Dapper;
using PinScheduler.Database;
using PinScheduler.Hosting;

namespace PinScheduler.Tests.Database;

public class SchemaInstallerTests
{
    private static readonly SqlFolder Sql = new(Path.Combine(MariaDb.Root, "sql"));

    /// <summary>A server may die between a script's statements, which commit by themselves, and the row that says so.</summary>
    [Fact]
    public async Task EveryScript_CanRunAgain()
    {
        await using var warehouse = new Warehouse(MariaDb.CreateDatabase("schema"));
        var installer = new SchemaInstaller(warehouse, Sql, TimeProvider.System);
        await installer.InstallAsync(default);
        var applied = await installer.AppliedAsync(default);
        foreach (var script in applied)
        {
            await using var connection = await warehouse.OpenAsync(default);
            await connection.ExecuteAsync("delete from schema_version where version = @Version", new { script.Version });
            await installer.InstallAsync(default);
        }

        Assert.Equal(applied.Select(script => script.Version), (await installer.AppliedAsync(default)).Select(script => script.Version));
    }
}
