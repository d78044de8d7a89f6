using Hangfire.Dashboard;
using PinScheduler.Orchestration;

namespace PinScheduler.Dashboard.Acts;

/// <summary>
/// A form's address. A script posts the form and shows what comes of it; without one the form is sent by GET, which asks first, and what it asked is posted then.
/// Hangfire checks a POST's antiforgery token before, but neither the method nor read-only mode.
/// </summary>
/// <param name="act">Returns the page of the dashboard that shows what came of it; null: the one that asked.</param>
/// <param name="confirm">What is said before it is done; changes nothing.</param>
internal sealed class ActDispatcher(Func<PageRequest, Task<string?>> act, Func<PageRequest, Task<Confirmation>> confirm) : IDashboardDispatcher
{
    /// <summary>The field that names the page that asked; only the page that asks without a script has it.</summary>
    public const string Back = "ps-back";

    public async Task Dispatch(DashboardContext context)
    {
        if (context.IsReadOnly)
        {
            await RefuseAsync(context, StatusCodes.Status403Forbidden, "This dashboard is read-only.");
        }
        else if (HttpMethods.IsGet(context.Request.Method))
        {
            await ShowAsync(context, new ConfirmPage(confirm));
        }
        else if (HttpMethods.IsPost(context.Request.Method))
        {
            await ActAsync(context);
        }
        else
        {
            await RefuseAsync(context, StatusCodes.Status405MethodNotAllowed, "This address takes a POST, or a GET that asks first.");
        }
    }

    private async Task ActAsync(DashboardContext context)
    {
        var request = new PageRequest(context);
        var back = (await request.FormAsync())[Back].ToString();
        try
        {
            var shown = await act(request);
            if (back.Length > 0 || shown is not null)
            {
                // under the dashboard's own address, whatever the field says
                request.Http.Response.Headers.Location = new UrlHelper(context).To(shown ?? back);
            }

            context.Response.StatusCode = back.Length > 0 ? StatusCodes.Status303SeeOther : StatusCodes.Status204NoContent;
        }
        catch (RefusedException refused) when (back.Length > 0)
        {
            await ShowAsync(context, new RefusedPage(refused));
        }
        catch (RefusedException refused)
        {
            await RefuseAsync(context, refused.Status, refused.Message);
        }
    }

    private static Task RefuseAsync(DashboardContext context, int status, string why)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(why);
    }

    // what renders a page is Hangfire's own, and reached by a route alone
    private static Task ShowAsync(DashboardContext context, RazorPage page)
    {
        var routes = new Hangfire.Dashboard.RouteCollection();
        routes.AddRazorPage(".*", _ => page);
        return routes.FindDispatcher("/").Item1.Dispatch(context);
    }
}
