using System.Text.Json;
using PinScheduler.Tests.Stages.Analyze;

namespace PinScheduler.Tests.Results;

public sealed class ResultsApiTests : IAsyncLifetime
{
    private static readonly DateTime Day = new(2020, 1, 2);
    private ResultsBench _bench = null!;

    private AnalysisDatabase Database => _bench.Database;

    public async Task InitializeAsync() => _bench = await ResultsBench.CreateAsync("results_api");

    public async Task DisposeAsync() => await _bench.DisposeAsync();

    [Fact]
    public async Task Result_IsJsonWithNumbersAndNull()
    {
        await Database.FillAsync([new(1, 7, null, "art"), new(1, 7, "Zoë", "art"), new(2, 4, "x", "art")], [new(1, "Chad", Day), new(2, "Mali", Day)], [new(1, 20, Day), new(2, 20, Day)]);
        var run = await RunAsync("succeeded", Day, "top_user_by_country", "median_followers_by_age_group");

        Assert.Equal(
            $$"""{"analysis":"top_user_by_country","run":"{{run}}","columns":["country","poster_name","follower_count"],"rows":[["Chad",null,7],["Chad","Zoë",7],["Mali","x",4]]}""",
            await GetAsync("top_user_by_country"));
        Assert.EndsWith("""[["18-24",7]]}""", await GetAsync("median_followers_by_age_group?format=json"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Result_IsCsvAsRfc4180Says()
    {
        await Database.FillAsync([new(1, 7, null, "art"), new(1, 7, "a \"b\",\nc", "art"), new(1, 10, null, "x, y")], [new(1, "Cote d'Ivoire, the", Day)], [new(1, 20, Day)]);
        await RunAsync("succeeded", Day, "popular_category_by_country", "median_followers_by_age_group", "top_user_by_country");
        await Database.FillAsync([new(1, 3, "", "art"), new(1, 4, "a \"b\",\nc", "art")], [new(1, "Chad", Day)], [new(1, 20, Day)]);
        var second = await RunAsync("succeeded", Day, "median_followers_by_age_group", "top_user_by_country");

        Assert.Equal("country,category,category_count\r\n\"Cote d'Ivoire, the\",art,2\r\n", await GetAsync("popular_category_by_country?format=csv"));
        Assert.Equal("age_group,median_follower_count\r\n18-24,3.5\r\n", await GetAsync($"median_followers_by_age_group?format=csv&run={second}"));
        Assert.Equal("country,poster_name,follower_count\r\nChad,\"a \"\"b\"\",\nc\",4\r\n", await GetAsync("top_user_by_country?format=csv"));
    }

    [Fact]
    public async Task Result_IsOfTheSucceededRunThatEndedLast_AmongThoseThatRanIt()
    {
        await Database.FillAsync([], [], [new(1, 20, new DateTime(2016, 1, 1))]);
        var ended = await RunAsync("succeeded", Day.AddDays(9), "users_joined_by_year");
        await RunAsync("succeeded", Day.AddDays(2), "users_joined_by_year");
        await RunAsync("failed", Day.AddDays(20), "users_joined_by_year");
        await RunAsync("running", null, "users_joined_by_year");
        await RunAsync("succeeded", Day.AddDays(30));

        Assert.Equal($"{ended}", JsonDocument.Parse(await GetAsync("users_joined_by_year")).RootElement.GetProperty("run").GetString());
    }

    [Fact]
    public async Task Refusals_SayWhatToDo()
    {
        var running = await RunAsync("running", null, "users_joined_by_year");
        var without = await RunAsync("succeeded", Day);

        await RefusedAsync(404, "users_joined_by_year", "'users_joined_by_year' has no result yet");
        await RefusedAsync(404, "user_joined_by_year", "did you mean 'users_joined_by_year'?");
        await RefusedAsync(409, $"users_joined_by_year?run={running}", $"Run {running} is running");
        await RefusedAsync(404, $"users_joined_by_year?run={without}", $"Run {without} has no result of 'users_joined_by_year'");
        await RefusedAsync(404, "users_joined_by_year?run=999999", "There is no run '999999'");
        await RefusedAsync(422, "users_joined_by_year?run=last", "'run' is 'last'");
        await RefusedAsync(422, "users_joined_by_year?format=xml", "'format' is 'xml'");
        await RefusedAsync(422, "users_joined_by_year?fromat=csv", "Unknown parameter 'fromat'; did you mean 'format'?");
    }

    [Fact]
    public async Task List_HasAllAnalyses_WithTheRunThatEachComesFrom()
    {
        await Database.FillAsync([], [], [new(1, 20, new DateTime(2016, 1, 1))]);
        var run = await RunAsync("succeeded", Day, "users_joined_by_year");
        await RunAsync("running", null, "users_joined_by_year", "category_count_by_year");

        var list = JsonDocument.Parse(await GetAsync("")).RootElement.EnumerateArray().ToDictionary(item => item.GetProperty("analysis").GetString()!);

        Assert.Equal(11, list.Count);
        var joined = list["users_joined_by_year"];
        Assert.Equal("Users who joined in each year, 2015 to 2020", joined.GetProperty("title").GetString());
        Assert.Equal("bar", joined.GetProperty("chart").GetProperty("kind").GetString());
        Assert.Equal(["post_year", "number_users_joined"], joined.GetProperty("columns").EnumerateArray().Select(column => column.GetString()!));
        Assert.Equal($$"""{"run":"{{run}}","logicalDate":"2026-11-22","endedAt":"2020-01-02T00:00:00Z","rows":1}""", joined.GetProperty("lastRun").GetRawText());
        Assert.Equal(JsonValueKind.Null, list["category_count_by_year"].GetProperty("lastRun").ValueKind);
    }

    private async Task<long> RunAsync(string state, DateTime? endedAt, params string[] analyses)
    {
        var run = await Database.AddRunAsync(state, endedAt);
        foreach (var analysis in analyses)
        {
            await Database.RunAsync(AnalysisDatabase.File(analysis), run);
        }

        return run;
    }

    private Task<string> GetAsync(string path) => _bench.GetAsync("/api/results/" + path);

    private Task RefusedAsync(int status, string path, string detail) => _bench.RefusedAsync(status, "/api/results/" + path, detail);
}
