using System.Net;
using System.Text.Json;
using Dapper;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using PinScheduler.Results;
using PinScheduler.Stages.Analyze;
using PinScheduler.Tests.Stages.Analyze;

namespace PinScheduler.Tests.Results;

/// <summary>The results' API over a database of its own, with results of any content.</summary>
internal sealed class ResultsBench : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ResultsBench(AnalysisDatabase database, WebApplication app) => (Database, _app, Http) = (database, app, app.GetTestClient());

    public AnalysisDatabase Database { get; }

    public HttpClient Http { get; }

    public static async Task<ResultsBench> CreateAsync(string name)
    {
        var database = await AnalysisDatabase.CreateAsync(name);
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseTestServer();
        builder.Services.AddSingleton(database.Warehouse);
        builder.Services.AddSingleton(AnalysisDatabase.Sql);
        builder.Services.AddProblemDetails();
        builder.Services.AddAnalyze(builder.Configuration);
        builder.Services.AddResults(builder.Configuration);
        var app = builder.Build();
        app.MapResults();
        await app.StartAsync();
        return new ResultsBench(database, app);
    }

    public static DateTime Day { get; } = new(2020, 1, 2);

    /// <summary>A succeeded run, a day after the one before, whose result of the analysis the query gives.</summary>
    public async Task<long> RunAsync(string analysis, string sql, string state = "succeeded")
    {
        await using var connection = await Database.Warehouse.OpenAsync(default);
        var run = await Database.AddRunAsync(state, state == "running" ? null : Day.AddDays(await connection.ExecuteScalarAsync<int>("select count(*) from run")));
        await Database.RunAsync(AnalysisDatabase.File(analysis) with { Path = analysis + ".sql", Sql = sql, Columns = [], Tables = [] }, run);
        return run;
    }

    public Task<string> GetAsync(string path) => Http.GetStringAsync(path);

    public async Task RefusedAsync(int status, string path, string detail)
    {
        using var answer = await Http.GetAsync(path);
        Assert.Equal((HttpStatusCode)status, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Contains(detail, JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("detail").GetString());
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync();
        await Database.DisposeAsync();
    }
}
