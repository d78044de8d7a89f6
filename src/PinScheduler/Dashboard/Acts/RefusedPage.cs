using PinScheduler.Orchestration;

namespace PinScheduler.Dashboard.Acts;

/// <summary>Why nothing was done, for who asked without a script.</summary>
internal sealed class RefusedPage(RefusedException refused) : SchedulerPage("Refused")
{
    protected override Task<PageHtml> RenderAsync(PageRequest request) => throw refused;
}
