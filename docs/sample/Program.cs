using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using PinScheduler;
using PinScheduler.Orchestration;
using PinScheduler.Stages;

return await Scheduler.RunAsync(args, static (services, configuration) =>
{
    services.AddHttpClient();
    services.AddPipeline("weather", static (_, pipeline) =>
    {
        pipeline
            .Title("The weather of yesterday")
            .Schedule("30 4 * * *", "Europe/Berlin")
            .Deadline(TimeSpan.FromHours(1))
            .Parameter("days", ParameterType.Whole, 1, 1, 31, "How many days back");
        pipeline.Task<Fetch>("fetch", "fetch", "Fetch the readings", TaskQueue.Ingest, "https://weather.example.org").Attempts(5).TimeOut(TimeSpan.FromMinutes(2));
        pipeline.Task("report", "Write the report", static (context, _) =>
        {
            context.Report(1, 1, "reports");
            return Task.CompletedTask;
        }).After("fetch");
        pipeline.Task("clear", "Remove what was fetched", static (_, _) => Task.CompletedTask).After("report").When(TriggerRule.AllDone);
    });
});

internal sealed partial class Fetch(IHttpClientFactory http, string address) : IStage
{
    public async Task<StageResult> RunAsync(StageContext context, CancellationToken cancellationToken)
    {
        var days = context.Parameters.Whole("days") ?? 1;
        LogFetching(context.Log, days, context.LogicalDate);
        using var client = http.CreateClient();
        var text = await client.GetStringAsync(new Uri($"{address}/{context.LogicalDate:yyyy-MM-dd}?days={days}"), cancellationToken);
        return StageResult.Of(("characters", text.Length));
    }

    [LoggerMessage(1, LogLevel.Information, "Fetching {Days} days up to {Date}")]
    private static partial void LogFetching(ILogger logger, long days, DateOnly date);
}
