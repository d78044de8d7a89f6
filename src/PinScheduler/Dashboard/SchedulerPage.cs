using Confluent.Kafka;
using Hangfire.Dashboard;
using Hangfire.Dashboard.Pages;
using MySqlConnector;
using PinScheduler.Dashboard.Live;
using PinScheduler.Inspection;
using PinScheduler.Orchestration;
using PinScheduler.Results;

namespace PinScheduler.Dashboard;

/// <summary>A page of ours; what could not be asked or is not there is said on it, under the dashboard's menu.</summary>
internal abstract class SchedulerPage(string title) : RazorPage
{
    public sealed override void Execute()
    {
        var request = new PageRequest(Context);
        Layout = request.IsForParts ? null : new LayoutPage(title);
        var html = new PageHtml().Add($"<div class=\"row\"><div class=\"col-md-12 ps-page\">");
        try
        {
            // Hangfire renders its pages synchronously
            html.Add(ContentAsync(request).GetAwaiter().GetResult());
        }
        catch (Exception exception) when (StatusOf(exception) is { } status)
        {
            Context.Response.StatusCode = status;
            html.Add($"<h1 class=\"page-header\">{title}</h1>").Add(Problem(exception));
        }

        WriteLiteral(html.Add($"</div></div>").ToString());
    }

    /// <summary>What the page follows while it is open, as <see cref="Pulse"/> has it; its parts marked data-ps-part are fetched anew whenever that changes.</summary>
    protected virtual string? Topic => null;

    protected abstract Task<PageHtml> RenderAsync(PageRequest request);

    /// <summary>A part of a page that may fail without taking the rest along.</summary>
    protected static async Task<PageHtml> PartAsync(Func<Task<PageHtml>> render)
    {
        try
        {
            return await render();
        }
        catch (Exception exception) when (StatusOf(exception) is not null)
        {
            return Problem(exception);
        }
    }

    private async Task<PageHtml> ContentAsync(PageRequest request) => Topic is not { } topic ? await RenderAsync(request)
        : request.IsForParts ? await request.Get<SharedParts>().GetAsync($"{request.User}\n{IsReadOnly}\n{request.Http.Request.PathBase}{request.Http.Request.Path}{request.Http.Request.QueryString}", topic, () => RenderAsync(request), request.Aborted)
        : LiveStream.Watch(Url, topic).Add(await RenderAsync(request));

    private static PageHtml Problem(Exception exception) => new PageHtml().Add($"<div class=\"ps-warning\" role=\"alert\">{Sentence(exception)}</div>");

    private static string Sentence(Exception exception) => exception switch
    {
        MySqlException => $"The database does not answer this page: {exception.Message}",
        KafkaException kafka => $"Kafka does not answer ({kafka.Error.Reason}); load the page again when it is back.",
        _ => exception.Message,
    };

    private static int? StatusOf(Exception exception) => exception switch
    {
        RefusedException refused => refused.Status,
        ResultException result => result.Status,
        NotInspectableException inspection => inspection.Status,
        MySqlException or KafkaException => StatusCodes.Status503ServiceUnavailable,
        _ => null,
    };
}
