using PinScheduler.Orchestration.Api;

namespace PinScheduler.Orchestration;

internal static class OrchestrationApi
{
    public static void MapOrchestration(this WebApplication app)
    {
        var api = app.MapGroup("/api").AddEndpointFilter(RefusalFilter.InvokeAsync);
        api.MapPipelines();
        api.MapRuns();
        api.MapRunActs();
        api.MapTaskLogs();
        api.MapBackfills();
    }
}
