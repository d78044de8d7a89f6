using System.Net.Http.Json;
using System.Text.RegularExpressions;
using MySqlConnector;

namespace PinScheduler.Tests.EndToEnd;

/// <summary>A user who has just the rights that docs/operations.md gives gets by with them.</summary>
public sealed partial class RightsTests
{
    [Fact]
    public async Task Runs_Succeed_WithNoMoreRightsThanTheDocumentGives()
    {
        var block = Block().Match(await File.ReadAllTextAsync(Path.Combine(MariaDb.Root, "docs", "operations.md"))).Value;
        Assert.NotEmpty(block);
        await using var scheduler = await SchedulerProcess.StartAsAsync(owner => UserOf(block, owner), "rights");
        var golden = new GoldenData("dirty");
        foreach (var kind in GoldenData.Kinds)
        {
            await GoldenData.SendAsync(scheduler.Http, kind, golden.Lines(kind), seed: 3);
        }

        await scheduler.SucceedAsync(await scheduler.TriggerAsync());
        await golden.AssertAsync(scheduler);

        // all anew, with what that makes beside the tables
        await scheduler.SucceedAsync(await scheduler.TriggerAsync(new { parameters = new { posts = 10, rebuild = true, explain = true } }));
        using var weekly = await scheduler.Http.PostAsJsonAsync("/api/pipelines/maintenance/runs", new { });
        var text = await weekly.Content.ReadAsStringAsync();
        Assert.True(weekly.IsSuccessStatusCode, text);
        await scheduler.SucceedAsync(System.Text.Json.JsonDocument.Parse(text).RootElement.GetProperty("id").GetString()!);
    }

    private static string UserOf(string block, string owner)
    {
        var login = new MySqlConnectionStringBuilder(owner) { Password = Guid.NewGuid().ToString("N") };
        login.UserID = "few_" + login.Password[..12];
        using var connection = new MySqlConnection(owner);
        connection.Open();
        using var create = new MySqlCommand(
            block.Replace("'pinscheduler'@", $"'{login.UserID}'@", StringComparison.Ordinal).Replace("pinscheduler", $"`{login.Database}`", StringComparison.Ordinal).Replace("change-me", login.Password, StringComparison.Ordinal),
            connection);
        create.ExecuteNonQuery();
        return login.ConnectionString;
    }

    // the lines from "create database" to the grant
    [GeneratedRegex("^    create database .*?^    grant [^;]*;", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();
}
