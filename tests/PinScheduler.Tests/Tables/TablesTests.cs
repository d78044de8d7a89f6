using System.Net;
using System.Text.Json;
using Dapper;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using PinScheduler.Stages.Analyze;
using PinScheduler.Tables;
using PinScheduler.Tests.Stages.Analyze;

namespace PinScheduler.Tests.Tables;

public sealed class TablesTests : IAsyncLifetime
{
    private AnalysisDatabase _database = null!;
    private WebApplication _app = null!;
    private HttpClient _http = null!;

    private TableSampler Sampler => _app.Services.GetRequiredService<TableSampler>();

    public async Task InitializeAsync()
    {
        _database = await AnalysisDatabase.CreateAsync("tables");
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseTestServer();
        builder.Services.AddSingleton(_database.Warehouse);
        builder.Services.AddSingleton(AnalysisDatabase.Sql);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddAnalyze(builder.Configuration);
        builder.Services.AddTables();
        _app = builder.Build();
        _app.MapTables();
        // its loop has nothing to sample: there is no run yet
        await _app.StartAsync();
        _http = _app.GetTestClient();
    }

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Growth_IsKnown_OnceTwoRunsHaveEnded()
    {
        await Sampler.RunOnceAsync(default);
        Assert.Equal("[]", await _http.GetStringAsync("/api/warehouse/tables/clean_pin"));

        await _database.AddRunAsync("succeeded");
        await Sampler.RunOnceAsync(default);
        await FillAsync();
        // once a run, however often it is looked
        await Sampler.RunOnceAsync(default);
        Assert.Equal(JsonValueKind.Null, (await TableAsync("clean_pin")).GetProperty("grownBytes").ValueKind);

        await _database.AddRunAsync("running");
        await Sampler.RunOnceAsync(default);
        Assert.Equal(1, (await SamplesAsync("clean_pin")).GetArrayLength());
        await _database.AddRunAsync("failed");
        await Sampler.RunOnceAsync(default);

        var pin = await TableAsync("clean_pin");
        var samples = await SamplesAsync("clean_pin");
        Assert.Equal("clean", pin.GetProperty("group").GetString());
        Assert.Equal(["3", "1"], samples.EnumerateArray().Select(sample => sample.GetProperty("run").GetString()));
        var grown = pin.GetProperty("grownBytes").GetInt64();
        Assert.True(grown > 2_000_000, $"{grown}");
        Assert.Equal(samples[0].GetProperty("bytes").GetInt64() - samples[1].GetProperty("bytes").GetInt64(), grown);
        Assert.Equal(grown, pin.GetProperty("grownBytesPerRun").GetInt64());
        Assert.InRange(pin.GetProperty("grownRows").GetInt64(), 2000, 6000);
        Assert.Equal(0, (await TableAsync("fact_geo")).GetProperty("grownBytes").GetInt64());
    }

    [Fact]
    public async Task List_IsOrderedBySize_WithEachTablesGroup()
    {
        await FillAsync();
        await _database.KeepAsync(AnalysisDatabase.Tasks.Rollups.Single(task => task.File.Name == "geo_posts").File);

        var tables = JsonDocument.Parse(await _http.GetStringAsync("/api/warehouse/tables")).RootElement.EnumerateArray().ToList();

        Assert.Equal("clean_pin", tables[0].GetProperty("table").GetString());
        Assert.Equal(tables.Select(table => table.GetProperty("bytes").GetInt64()).OrderDescending(), tables.Select(table => table.GetProperty("bytes").GetInt64()));
        var groups = tables.ToDictionary(table => table.GetProperty("table").GetString()!, table => table.GetProperty("group").GetString());
        Assert.Equal(("facts", "rollups", "results", "landing", "runs", "rollups"), (groups["fact_pin"], groups["geo_posts"], groups["analysis_row"], groups["cleaned_file"], groups["task_run"], groups["rollup_state"]));
    }

    [Fact]
    public async Task Refusals_SayWhatToDo()
    {
        using var unknown = await _http.GetAsync("/api/warehouse/tables/clean_pins");
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        Assert.Contains("did you mean 'clean_pin'?", JsonDocument.Parse(await unknown.Content.ReadAsStringAsync()).RootElement.GetProperty("detail").GetString());
        using var limit = await _http.GetAsync("/api/warehouse/tables/clean_pin?limit=0");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, limit.StatusCode);
    }

    private async Task FillAsync()
    {
        await using var connection = await _database.Warehouse.OpenAsync(default);
        await connection.ExecuteAsync(
            """
            insert into clean_pin (ind, title, h, src)
                with recursive n as (select 1 as i union all select i + 1 from n where i < 800)
                select n.i * 5 + m.i, repeat('x', 1000), unhex(lpad(hex(n.i * 5 + m.i), 32, '0')), 1 from n join n m on m.i <= 5;
            analyze table clean_pin;
            """);
    }

    private async Task<JsonElement> TableAsync(string table) =>
        JsonDocument.Parse(await _http.GetStringAsync("/api/warehouse/tables")).RootElement.EnumerateArray().Single(one => one.GetProperty("table").GetString() == table);

    private async Task<JsonElement> SamplesAsync(string table) => JsonDocument.Parse(await _http.GetStringAsync("/api/warehouse/tables/" + table)).RootElement;
}
