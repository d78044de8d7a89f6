using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using PinScheduler.Hosting;
using PinScheduler.Ingestion;
using PinScheduler.Inspection;
using PinScheduler.Kafka;
using PinScheduler.Landing;
using PinScheduler.Stages.Analyze;
using PinScheduler.Stages.Clean;
using PinScheduler.Stages.Emulate;
using PinScheduler.Tests.Kafka;
using PinScheduler.Tests.Stages.Drain;

namespace PinScheduler.Tests.Inspection;

/// <summary>A server that shows what a drain bench has done.</summary>
internal sealed class InspectionServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private InspectionServer(WebApplication app)
    {
        _app = app;
        Http = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
    }

    public HttpClient Http { get; }

    public static async Task<InspectionServer> StartAsync(DrainBench bench, string? source = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Configuration.AddInMemoryCollection(EmbeddedBroker.Shared.Settings(new Dictionary<string, string> { ["pin"] = bench.Topic }));
        builder.Configuration.AddInMemoryCollection([KeyValuePair.Create("Pipeline:LandingDirectory", (string?)bench.LandingRoot), KeyValuePair.Create("ConnectionStrings:Source", source)]);
        builder.WebHost.UseKestrel().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore().AddProblemDetails().AddLogging();
        builder.Services.AddSingleton(bench.Warehouse).AddSingleton(new SqlFolder(Path.Combine(MariaDb.Root, "sql"))).AddSingleton(new DataFolder(bench.LandingRoot));
        builder.Services.AddKafka(builder.Configuration).AddLanding(builder.Configuration).AddIngestion(builder.Configuration).AddEmulate(builder.Configuration);
        builder.Services.AddClean(builder.Configuration);
        builder.Services.AddAnalyze(builder.Configuration);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddInspection();
        var app = builder.Build();
        app.UseRouting();
        app.MapIngestion();
        app.MapInspection();
        await app.StartAsync();
        return new InspectionServer(app);
    }

    public async Task<JsonElement> GetAsync(string path) => JsonDocument.Parse(await Http.GetStringAsync(path)).RootElement;

    public async Task<(int Status, string Detail)> RefusedAsync(string path)
    {
        using var answer = await Http.GetAsync(path);
        return ((int)answer.StatusCode, JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("detail").GetString()!);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
