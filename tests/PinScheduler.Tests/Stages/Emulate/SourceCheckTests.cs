using Microsoft.Extensions.Configuration;
using MySqlConnector;
using PinScheduler.Stages.Emulate;

namespace PinScheduler.Tests.Stages.Emulate;

public sealed class SourceCheckTests
{
    [Fact]
    public async Task Check_WarnsOfASourceThatCannotBeRead_AndOfNoOther()
    {
        await using var fixture = await SourceFixture.CreateAsync("source_check", posts: 0);
        Assert.Empty(await LookAsync(fixture.ConnectionString));

        var login = new MySqlConnectionStringBuilder(fixture.ConnectionString);
        var wrong = new MySqlConnectionStringBuilder(fixture.ConnectionString) { UserID = "nobody_such", Password = "x" }.ConnectionString;
        Assert.Matches(
            $"^Warning: The source database '{login.Database}' at {login.Server}:{login.Port} cannot be read by 'nobody_such': Access denied for user 'nobody_such'.* See 'ConnectionStrings:Source', which db_creds.yaml sets where it is there. Runs that emulate posts fail as long as that is so$",
            Assert.Single(await LookAsync(wrong)));

        await fixture.ExecuteAsync("alter table user_data rename column ind to indx");
        Assert.Contains("Unknown column 'ind'", Assert.Single(await LookAsync(fixture.ConnectionString)), StringComparison.Ordinal);
    }

    private static async Task<IReadOnlyCollection<string>> LookAsync(string connectionString)
    {
        await using var source = new SourceDatabase(new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create("ConnectionStrings:Source", (string?)connectionString)]).Build());
        var log = new KeptLog<SourceCheck>();
        using var check = new SourceCheck(source, log);
        await check.RunOnceAsync(default);
        return log.Lines;
    }
}
