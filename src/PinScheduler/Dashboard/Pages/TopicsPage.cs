using PinScheduler.Dashboard.Drawing;
using PinScheduler.Inspection;
using PinScheduler.Inspection.Cleaning;
using PinScheduler.Inspection.Topics;
using PinScheduler.Inspection.Tracing;
using PinScheduler.Stages.Clean;

namespace PinScheduler.Dashboard.Pages;

/// <summary>/hangfire/topics: how full the topics are and how far they are drained; a look at records, an offset, or what was rejected.</summary>
internal sealed class TopicsPage() : SchedulerPage("Topics")
{
    /// <summary>Kafka answers in milliseconds, or is away; a client of its waits far longer until it says so.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private const int Peeked = 10;
    private const int RejectsShown = 100;
    private const int LettersShown = 2000;

    protected override async Task<PageHtml> RenderAsync(PageRequest request)
    {
        var html = new PageHtml().Add($"<h1 class=\"page-header\">Topics</h1>");
        IReadOnlyList<TopicView> topics = [];
        var lags = await request.Get<LagHistory>().StepsAsync(LagChart.Steps, LagChart.MinutesEach, request.Aborted);
        html.Add(await PartAsync(async () => List(topics = await TopicsAsync(request), lags)));
        // where Kafka is away, what was noted of it stands all the same
        foreach (var topic in topics.Count == 0 ? lags : Enumerable.Empty<IGrouping<string, LagStep>>())
        {
            html.Add($"<section class=\"ps-card\"><h2 class=\"ps-name\">{topic.Key}</h2>").Add(Lag(topic, topic.Key)).Add($"</section>");
        }

        html.Add($"<h2 id=\"offset\">Where is an offset?</h2><form class=\"ps-bar\" action=\"#offset\"><label>topic <select class=\"form-control input-sm\" name=\"topic\">");
        foreach (var topic in topics)
        {
            html.Add($"<option{(topic.Topic == request.Query("topic") ? " selected" : "")}>{topic.Topic}</option>");
        }

        html.Add($"</select></label> <label>partition <input class=\"form-control input-sm ps-short\" type=\"number\" min=\"0\" name=\"partition\" value=\"{request.Query("partition")}\" required></label> <label>offset <input class=\"form-control input-sm ps-short\" type=\"number\" min=\"0\" name=\"offset\" value=\"{request.Query("offset")}\" required></label> <button class=\"btn btn-sm btn-default\">Search</button></form>");
        if (request.Query("topic") is { } searched && request.QueryNumber("partition") is { } partition && request.QueryNumber("offset") is { } offset)
        {
            html.Add(await PartAsync(async () => Found(await request.Get<OffsetTrace>().FindAsync(searched, (int)Math.Min(partition, int.MaxValue), offset, null, request.Aborted))));
        }

        if (request.Query("peek") is { } peeked)
        {
            html.Add($"<h2 id=\"records\">The last records of {peeked}</h2>").Add(await PartAsync(async () => Records(await request.Get<LastRecords>().ReadAsync(await request.Get<TopicReader>().FindAsync(peeked, request.Aborted), null, Peeked, request.Aborted))));
        }

        if (request.Query("rejected") is { } file)
        {
            html.Add($"<h2 id=\"rejected\">Rejected of {file}</h2>").Add(await PartAsync(() => RejectedAsync(request, file)));
        }

        return html;
    }

    private static async Task<IReadOnlyList<TopicView>> TopicsAsync(PageRequest request)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(request.Aborted);
        patience.CancelAfter(Patience);
        try
        {
            return await request.Get<TopicReader>().ListAsync(all: false, patience.Token);
        }
        catch (OperationCanceledException) when (!request.Aborted.IsCancellationRequested)
        {
            throw new NotInspectableException(StatusCodes.Status503ServiceUnavailable, $"Kafka does not answer (not within {Patience.TotalSeconds:0} s); load the page again when it is back.");
        }
    }

    private PageHtml List(IReadOnlyList<TopicView> topics, ILookup<string, LagStep> lags)
    {
        if (topics.Count == 0)
        {
            return new PageHtml().Add($"<div class=\"alert alert-info\">None of the pipeline's topics exists yet; the task topics of a run makes them.</div>");
        }

        var html = new PageHtml();
        foreach (var topic in topics)
        {
            html.Add($"<section class=\"ps-card\"><h2 class=\"ps-name\">{topic.Topic} <small><a href=\"{Url.To("/topics")}?peek={Uri.EscapeDataString(topic.Topic)}#records\">last records</a> <a href=\"{Url.To(FilesPage.Path(topic.Topic, null))}\">landing files</a></small></h2><ul class=\"ps-facts\"><li><b>{topic.Records:N0}</b> offsets in Kafka</li><li><b>{topic.Lag:N0}</b> not drained yet</li><li><b>{topic.Partitions.Count}</b> partitions</li>")
                .Add($"{(topic.Rate is { } rate ? new PageHtml().Add($"<li><b>{rate:N1}</b> records/s over the last {topic.RateSeconds:N0} s</li>") : new PageHtml())}</ul>").Add(Lag(lags[topic.Topic], topic.Topic));
            html.Add($"<details id=\"{topic.Topic.Replace('.', '-')}\"><summary>Partitions</summary><div class=\"ps-scroll\" tabindex=\"0\"><table class=\"table table-hover\"><thead><tr><th class=\"ps-number\">Partition</th><th class=\"ps-number\">Low</th><th class=\"ps-number\">High</th><th class=\"ps-number\">Drained to</th><th class=\"ps-number\">Lag</th><th class=\"ps-number\">Records/s</th><th class=\"ps-number\">Leader</th></tr></thead><tbody>");
            foreach (var partition in topic.Partitions)
            {
                html.Add($"<tr><td class=\"ps-number\">{partition.Partition}</td><td class=\"ps-number\">{partition.LowOffset:N0}</td><td class=\"ps-number\">{partition.HighOffset:N0}</td><td class=\"ps-number\">{partition.DrainedOffset:N0}</td><td class=\"ps-number\">{partition.Lag:N0}</td><td class=\"ps-number\">{partition.Rate:N1}</td><td class=\"ps-number\">{partition.Leader}</td></tr>");
            }

            html.Add($"</tbody></table></div></details></section>");
        }

        return html;
    }

    private static PageHtml Lag(IEnumerable<LagStep> steps, string topic) => new PageHtml().Add($"<h3>Not drained yet, over the last day</h3>").Add(LagChart.Of(steps, topic))
        .Add($"<p class=\"ps-note\">The most in each {LagChart.MinutesEach} minutes; pale: not known. <a href=\"/api/topics/{Uri.EscapeDataString(topic)}/lag\">By minute, as JSON</a></p>");

    private static PageHtml Found(OffsetView found) => new PageHtml().Add($"<div class=\"ps-card\"><p>{found.Says}</p>{(found.Record is { } record ? new PageHtml().Add($"<pre class=\"ps-sql\">{Text(record)}</pre>") : new PageHtml())}</div>");

    private static PageHtml Records(IReadOnlyList<RecordView> records)
    {
        if (records.Count == 0)
        {
            return new PageHtml().Add($"<div class=\"alert alert-info\">There is no record in it.</div>");
        }

        var html = new PageHtml().Add($"<div class=\"ps-scroll\" tabindex=\"0\"><table class=\"table\"><thead><tr><th class=\"ps-number\">Partition</th><th class=\"ps-number\">Offset</th><th>Time</th><th>Key</th><th>Value</th></tr></thead><tbody>");
        foreach (var record in records)
        {
            html.Add($"<tr><td class=\"ps-number\">{record.Partition}</td><td class=\"ps-number\">{record.Offset}</td><td>").Time(record.Time).Add($"</td><td>{Text(record.Key)}</td><td class=\"ps-raw\">{Text(record.Value)}</td></tr>");
        }

        return html.Add($"</tbody></table></div>");
    }

    private static async Task<PageHtml> RejectedAsync(PageRequest request, string file)
    {
        var (path, set) = request.Get<LandingPath>().Find(file);
        var rejected = await request.Get<FileExplainer>().ExplainAsync(path, set, null, rejected: true, RejectsShown, request.Aborted).ToListAsync(request.Aborted);
        if (rejected.Count == 0)
        {
            return new PageHtml().Add($"<div class=\"alert alert-info\">By the rules of today nothing of it is rejected.</div>");
        }

        var html = new PageHtml().Add($"<div class=\"ps-scroll\" tabindex=\"0\"><table class=\"table\"><thead><tr><th class=\"ps-number\">Line</th><th>Why</th><th>Record</th></tr></thead><tbody>");
        foreach (var one in rejected)
        {
            html.Add($"<tr><td class=\"ps-number\">{one.Line}</td><td>{one.Reason}</td><td class=\"ps-raw\">{Cut(one.Raw ?? "")}</td></tr>");
        }

        return html.Add($"</tbody></table></div>");
    }

    // what there is of it is shown as it came: JSON as JSON, else the text itself
    private static string Text(BytesView bytes) => bytes.Data is not { } data ? "none"
        : Cut(bytes.Format == "json" ? System.Text.Encoding.UTF8.GetString(data.Utf8) : System.Text.Json.JsonSerializer.Deserialize<string>(data.Utf8)!);

    private static string Cut(string text) => text.Length <= LettersShown ? text : text[..LettersShown] + " …";
}
