using System.Net.Http.Json;
using System.Text.RegularExpressions;
using MySqlConnector;

namespace PinScheduler.Tests.EndToEnd;

/// <summary>A user who has just the rights that README lists gets by with them.</summary>
public sealed partial class RightsTests
{
    [Fact]
    public async Task Runs_Succeed_WithNoMoreRightsThanReadmeLists()
    {
        var rights = Sentence().Match(await File.ReadAllTextAsync(Path.Combine(MariaDb.Root, "README.md"))).Groups["rights"].Value.Replace(" and ", ", ", StringComparison.Ordinal);
        Assert.NotEmpty(rights);
        await using var scheduler = await SchedulerProcess.StartAsAsync(owner => UserWith(rights, owner), "rights");
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

    private static string UserWith(string rights, string owner)
    {
        var login = new MySqlConnectionStringBuilder(owner) { Password = Guid.NewGuid().ToString("N") };
        login.UserID = "few_" + login.Password[..12];
        using var connection = new MySqlConnection(owner);
        connection.Open();
        using var create = new MySqlCommand($"create user '{login.UserID}'@'%' identified by '{login.Password}'; grant {rights} on `{login.Database}`.* to '{login.UserID}'@'%'", connection);
        create.ExecuteNonQuery();
        return login.ConnectionString;
    }

    [GeneratedRegex("The warehouse's user needs (?<rights>[A-Z, and]+) on its database", RegexOptions.ExplicitCapture)]
    private static partial Regex Sentence();
}
