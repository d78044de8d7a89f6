using Hangfire.Dashboard;
using PinScheduler.Orchestration;

namespace PinScheduler.Dashboard.Acts;

/// <summary>A button's or a form's POST. Hangfire checks its antiforgery token before, but neither the method nor read-only mode.</summary>
/// <param name="act">Returns the page of the dashboard that shows what came of it; null: the one that asked.</param>
internal sealed class ActDispatcher(Func<PageRequest, Task<string?>> act) : IDashboardDispatcher
{
    public async Task Dispatch(DashboardContext context)
    {
        if (context.IsReadOnly || !HttpMethods.IsPost(context.Request.Method))
        {
            context.Response.StatusCode = context.IsReadOnly ? StatusCodes.Status403Forbidden : StatusCodes.Status405MethodNotAllowed;
            await context.Response.WriteAsync(context.IsReadOnly ? "This dashboard is read-only." : "This address takes a POST only.");
            return;
        }

        try
        {
            if (await act(new PageRequest(context)) is { } shown)
            {
                context.GetHttpContext().Response.Headers.Location = new UrlHelper(context).To(shown);
            }

            context.Response.StatusCode = StatusCodes.Status204NoContent;
        }
        catch (RefusedException refused)
        {
            context.Response.StatusCode = refused.Status;
            context.Response.ContentType = "text/plain; charset=utf-8";
            await context.Response.WriteAsync(refused.Message);
        }
    }
}
