using Microsoft.AspNetCore.Antiforgery;

namespace PinScheduler.Dashboard.Acts;

/// <summary>An act's address by GET: says what would happen, and posts the same fields to the same address.</summary>
internal sealed class ConfirmPage(Func<PageRequest, Task<Confirmation>> confirm) : SchedulerPage("Are you sure?")
{
    protected override async Task<PageHtml> RenderAsync(PageRequest request)
    {
        var asked = await confirm(request);
        var token = request.Get<IAntiforgery>().GetAndStoreTokens(request.Http);
        var html = new PageHtml().Add($"<h1 class=\"page-header\">{asked.Title}</h1><div class=\"ps-card\"><p>{asked.Says}</p><form class=\"ps-bar\" id=\"ps-asked\" method=\"post\" action=\"{request.Http.Request.PathBase}{request.Http.Request.Path}\">")
            .Add($"<input type=\"hidden\" name=\"{token.FormFieldName}\" value=\"{token.RequestToken}\"><input type=\"hidden\" name=\"{ActDispatcher.Back}\" value=\"{asked.Back}\">");
        foreach (var (name, values) in (await request.FormAsync()).Where(field => field.Key != token.FormFieldName && field.Key != ActDispatcher.Back))
        {
            foreach (var value in values.OfType<string>())
            {
                html.Add($"<input type=\"hidden\" name=\"{name}\" value=\"{value}\">");
            }
        }

        return html.Add($"<button class=\"btn btn-sm btn-primary\">{asked.Button}</button> <a class=\"btn btn-sm btn-default\" href=\"{Url.To(asked.Back)}\">Back, do nothing</a></form></div>");
    }
}
