using System.Text.Json;

namespace PinScheduler.Tests.Results;

public sealed class TrendApiTests : IAsyncLifetime
{
    private const string Top = "top_user_by_country";
    private ResultsBench _bench = null!;

    public async Task InitializeAsync() => _bench = await ResultsBench.CreateAsync("results_trend");

    public async Task DisposeAsync() => await _bench.DisposeAsync();

    [Fact]
    public async Task Trend_FollowsOneRowsFigure_OldestFirst()
    {
        var first = await TopAsync("(\"Cote d'Ivoire\", 'a', 1), ('Chad', 'a', 12345678901234567890.5)");
        var second = await TopAsync("('Chad', 'Chad', 7), ('Mali', 'Chad', 3), ('Chad', 'aa', 8)");
        await TopAsync("('Chad', 'a', 9)", "failed");
        var third = await TopAsync("('Chad', null, 4), ('Chad', 'a', 6)");

        Assert.Equal(
            [$"{first}|2020-01-02|12345678901234567890.5", $"{second}|2020-01-03|", $"{third}|2020-01-05|6"],
            Points(await _bench.GetAsync($"/api/results/{Top}/trend?column=follower_count&key.country=Chad&key.poster_name=a")));
        Assert.Equal([$"{first}|2020-01-02|", $"{second}|2020-01-03|", $"{third}|2020-01-05|4"], Points(await _bench.GetAsync($"/api/results/{Top}/trend?column=follower_count&key.country=Chad&key.poster_name=")));
        Assert.Equal([$"{first}|2020-01-02|2", $"{second}|2020-01-03|3", $"{third}|2020-01-05|2"], Points(await _bench.GetAsync($"/api/results/{Top}/trend")));
        Assert.Equal([$"{second}|2020-01-03|3", $"{third}|2020-01-05|2"], Points(await _bench.GetAsync($"/api/results/{Top}/trend?limit=2")));
        Assert.Equal(
            $"run,logical_date,ended_at,follower_count\r\n{third},2026-11-22,2020-01-05T00:00:00Z,6\r\n",
            await _bench.GetAsync($"/api/results/{Top}/trend?column=follower_count&key.country=Chad&key.poster_name=a&limit=1&format=csv"));
    }

    [Fact]
    public async Task Refusals_SayWhatToDo()
    {
        await _bench.RefusedAsync(404, $"/api/results/{Top}/trend", "has no result yet");
        await TopAsync("('Chad', 'a', 1), ('Chad', 'b', 1)");
        await _bench.RefusedAsync(422, $"/api/results/{Top}/trend?column=follower_count&key.country=Chad", "has several such rows; give its poster_name, too, as its key.");
        await _bench.RefusedAsync(422, $"/api/results/{Top}/trend?column=followers_count", "did you mean 'follower_count'?");
        await _bench.RefusedAsync(422, $"/api/results/{Top}/trend?key.country=Chad", "'column' is ''");
        await _bench.RefusedAsync(422, $"/api/results/{Top}/trend?country=Chad", "'country' is a column: a row is named by it with 'key.country'.");
        await _bench.RefusedAsync(422, $"/api/results/{Top}/trend?key.county=Chad", "did you mean 'key.country'?");
        await _bench.RefusedAsync(422, $"/api/results/{Top}/trend?limit=0", "'limit' is '0'");
    }

    private static IEnumerable<string> Points(string json) => JsonDocument.Parse(json).RootElement.GetProperty("points").EnumerateArray()
        .Select(point => $"{point.GetProperty("run")}|{point.GetProperty("endedAt").ToString()[..10]}|{point.GetProperty("value")}");

    private Task<long> TopAsync(string rows, string state = "succeeded") =>
        _bench.RunAsync(Top, $"select * from (select null as country, null as poster_name, null as follower_count from dual where false union all select {rows[1..^1].Replace("), (", " union all select ", StringComparison.Ordinal)}) x", state);
}
