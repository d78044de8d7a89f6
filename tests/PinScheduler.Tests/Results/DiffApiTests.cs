namespace PinScheduler.Tests.Results;

public sealed class DiffApiTests : IAsyncLifetime
{
    private const string Yearly = "popular_category_by_year";
    private ResultsBench _bench = null!;

    public async Task InitializeAsync() => _bench = await ResultsBench.CreateAsync("results_diff");

    public async Task DisposeAsync() => await _bench.DisposeAsync();

    [Fact]
    public async Task Diff_HasRowsAddedRemovedAndChanged_ByTheHeadersKey()
    {
        var from = await YearlyAsync("(2018, 'art', 5), (2019, 'art', 7), (2020, 'a,\"b', 1)");
        await YearlyAsync("(2018, 'art', 5)");
        var to = await YearlyAsync("(2021, null, 2), (2018, 'art', 5), (2019, 'art', 8)");

        Assert.Equal(
            $$"""{"analysis":"{{Yearly}}","from":"{{from}}","to":"{{to}}","sqlChanged":true,"columns":["post_year","category","category_count"],"key":["post_year","category"],"unchanged":1,"added":[[2021,null,2]],"removed":[[2020,"a,\"b",1]],"changed":[{"from":[2019,"art",7],"to":[2019,"art",8]}]}""",
            await _bench.GetAsync($"/api/results/{Yearly}/diff?from={from}&to={to}"));
        Assert.Equal(
            "change,post_year,category,category_count_from,category_count_to\r\nadded,2021,,,2\r\nremoved,2020,\"a,\"\"b\",1,\r\nchanged,2019,art,7,8\r\n",
            await _bench.GetAsync($"/api/results/{Yearly}/diff?from={from}&to={to}&format=csv"));
    }

    [Fact]
    public async Task Diff_IsOfTheLastRunAndTheOneBefore_WhenNoneIsNamed()
    {
        await YearlyAsync("(2018, 'art', 1)");
        var before = await YearlyAsync("(2018, 'art', 2)");
        await YearlyAsync("(2018, 'art', 9)", "failed");
        var last = await YearlyAsync("(2018, 'art', 2)");

        Assert.StartsWith($$"""{"analysis":"{{Yearly}}","from":"{{before}}","to":"{{last}}","sqlChanged":false,""", await _bench.GetAsync($"/api/results/{Yearly}/diff"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Diff_IsExact_WhereDecimalsHaveManyDigits()
    {
        const string Median = "median_followers_by_age_group";
        var from = await _bench.RunAsync(Median, "select '18-24' as age_group, 12345678901234567890123456789.12345678901 as median_follower_count");
        var to = await _bench.RunAsync(Median, "select '18-24' as age_group, 12345678901234567890123456789.12345678902 as median_follower_count");

        Assert.EndsWith(
            ""","changed":[{"from":["18-24",12345678901234567890123456789.12345678901],"to":["18-24",12345678901234567890123456789.12345678902]}]}""",
            await _bench.GetAsync($"/api/results/{Median}/diff?from={from}&to={to}"),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Diff_MatchesEqualRowsFirst_WhereAKeyIsThereMoreThanOnce()
    {
        var from = await YearlyAsync("(2018, 'art', 1), (2018, 'art', 2), (2018, 'art', 3)");
        var to = await YearlyAsync("(2018, 'art', 4), (2018, 'art', 1), (2018, 'art', 3), (2018, 'art', 3)");

        Assert.EndsWith(
            ""","unchanged":2,"added":[[2018,"art",3]],"removed":[],"changed":[{"from":[2018,"art",2],"to":[2018,"art",4]}]}""",
            await _bench.GetAsync($"/api/results/{Yearly}/diff?from={from}&to={to}"),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refusals_SayWhatToDo()
    {
        await _bench.RefusedAsync(404, "/api/results/popular_category/diff", "There is no analysis 'popular_category'");
        await _bench.RefusedAsync(404, $"/api/results/{Yearly}/diff", "has no result yet");
        var first = await YearlyAsync("(2018, 'art', 1)");
        await _bench.RefusedAsync(404, $"/api/results/{Yearly}/diff", $"Run {first} is the first with a result of '{Yearly}'");
        await _bench.RefusedAsync(422, $"/api/results/{Yearly}/diff?from=x", "'from' is 'x'");
        await _bench.RefusedAsync(422, $"/api/results/{Yearly}/diff?form=1", "did you mean 'from'?");
        await _bench.RefusedAsync(404, $"/api/results/{Yearly}/diff?from=99", "There is no run '99'");
        var failed = await YearlyAsync("(2018, 'art', 1)", "failed");
        await _bench.RefusedAsync(409, $"/api/results/{Yearly}/diff?from={first}&to={failed}", $"Run {failed} is failed");
        var other = await _bench.RunAsync(Yearly, "select 2018 as post_year, 'art' as category");
        await _bench.RefusedAsync(409, $"/api/results/{Yearly}/diff?from={first}&to={other}", "its SQL has changed");
    }

    private Task<long> YearlyAsync(string rows, string state = "succeeded") =>
        _bench.RunAsync(Yearly, $"select * from (select null as post_year, null as category, null as category_count from dual where false union all select {rows[1..^1].Replace("), (", " union all select ", StringComparison.Ordinal)}) x", state);
}
