using Hangfire.Dashboard;
using PinScheduler.Orchestration;

namespace PinScheduler.Dashboard;

/// <summary>A button's POST. Hangfire checks its antiforgery token before, but neither the method nor read-only mode.</summary>
internal sealed class ActDispatcher(Func<PageRequest, Task> act) : IDashboardDispatcher
{
    public async Task Dispatch(DashboardContext context)
    {
        if (context.IsReadOnly || !HttpMethods.IsPost(context.Request.Method))
        {
            context.Response.StatusCode = context.IsReadOnly ? StatusCodes.Status403Forbidden : StatusCodes.Status405MethodNotAllowed;
            return;
        }

        try
        {
            await act(new PageRequest(context));
            context.Response.StatusCode = StatusCodes.Status204NoContent;
        }
        catch (RefusedException refused)
        {
            context.Response.StatusCode = refused.Status;
            await context.Response.WriteAsync(refused.Message);
        }
    }
}
