using PinScheduler.Dashboard.Drawing;
using PinScheduler.Tables;

namespace PinScheduler.Dashboard.Pages;

/// <summary>/hangfire/warehouse: how large each table is, and what grows.</summary>
internal sealed class WarehousePage() : SchedulerPage("Warehouse")
{
    // smaller ones are many, and of interest to few
    private const long ShownFrom = 1 << 20;

    protected override async Task<PageHtml> RenderAsync(PageRequest request)
    {
        var reader = request.Get<TableReader>();
        var tables = await reader.ListAsync(request.Aborted);
        var history = await reader.HistoryAsync(table: null, TableReader.SamplesForAverage, request.Aborted);
        var (version, pool) = await reader.ServerAsync(request.Aborted);
        var html = new PageHtml();
        html.Add($"<h1 class=\"page-header\">Warehouse</h1>");
        AddHead(html, tables, version, pool);
        var shown = tables.Where(static table => table.Bytes >= ShownFrom).ToList();
        AddTables(html, shown, history);
        if (shown.Count < tables.Count)
        {
            var small = tables.Skip(shown.Count).ToList();
            html.Add($"<details{(shown.Count == 0 ? " open" : "")}><summary>{small.Count} tables of less than 1 MiB, {Sizes.Of(small.Sum(static table => table.Bytes))} in all</summary>");
            AddTables(html, small, history);
            html.Add($"</details>");
        }

        return html;
    }

    private static void AddHead(PageHtml html, IReadOnlyList<TableSize> tables, string version, long pool)
    {
        var grown = tables.Where(static table => table.GrownBytes is not null).ToList();
        html.Add($"<ul class=\"ps-facts\"><li><b>{Sizes.Of(tables.Sum(static table => table.Bytes))}</b> in {tables.Count} tables</li><li><b>Growth</b> {(grown.Count == 0 ? "known after the second run" : Signed(grown.Sum(static table => table.GrownBytes)) + " by the last run")}</li>")
            .Add($"<li><b>Server</b> {version}, keeps {Sizes.Of(pool)} in memory</li><li><a href=\"/api/warehouse/tables\">JSON</a></li></ul>");
        html.Add($"<ul class=\"ps-facts\">");
        foreach (var group in tables.GroupBy(static table => table.Group).OrderByDescending(static group => group.Sum(static table => table.Bytes)))
        {
            html.Add($"<li><b>{group.Key}</b> {Sizes.Of(group.Sum(static table => table.Bytes))}</li>");
        }

        html.Add($"</ul>");
    }

    private static void AddTables(PageHtml html, List<TableSize> tables, ILookup<string, TableSample> history)
    {
        if (tables.Count == 0)
        {
            return;
        }

        var largest = tables.Max(static table => table.Bytes);
        html.Add($"<div class=\"ps-scroll\" tabindex=\"0\"><table class=\"table table-hover\"><thead><tr><th>Table</th><th>Group</th><th class=\"ps-number\" title=\"as the server estimates\">Rows</th><th class=\"ps-number ps-wide\">Data</th><th class=\"ps-number ps-wide\">Indexes</th><th class=\"ps-number\">Size</th><th class=\"ps-wide\"></th><th class=\"ps-number\" title=\"from the end of the run before the last to the end of the last\">Last run</th><th class=\"ps-number ps-wide\" title=\"on average over the last runs, 30 at most\">A run</th><th class=\"ps-wide\">Last runs</th></tr></thead><tbody>");
        foreach (var table in tables)
        {
            html.Add($"<tr><td class=\"ps-key\"><a href=\"/api/warehouse/tables/{table.Table}\">{table.Table}</a></td><td>{table.Group}</td><td class=\"ps-number\">{table.Rows:N0}</td><td class=\"ps-number ps-wide\">{Sizes.Of(table.DataBytes)}</td><td class=\"ps-number ps-wide\">{Sizes.Of(table.IndexBytes)}</td><td class=\"ps-number\">{Sizes.Of(table.Bytes)}</td>")
                .Add($"<td class=\"ps-wide\"><svg class=\"ps-share\" width=\"100\" height=\"10\" role=\"img\" aria-label=\"{(largest == 0 ? 0 : 100 * table.Bytes / largest)} % of the largest\"><rect width=\"{(largest == 0 ? 0 : Math.Max(1, 100 * table.Bytes / largest))}\" height=\"10\"/></svg></td>")
                .Add($"<td class=\"ps-number\">{Signed(table.GrownBytes)}</td><td class=\"ps-number ps-wide\">{Signed(table.GrownBytesPerRun)}</td><td class=\"ps-wide\">");
            html.Add(Sparkline.Of([.. history[table.Table].Reverse().Select(static sample => (double)sample.Bytes)]));
            html.Add($"</td></tr>");
        }

        html.Add($"</tbody></table></div>");
    }

    private static string Signed(long? bytes) => bytes switch
    {
        null => "",
        0 => "0",
        < 0 => "−" + Sizes.Of(-bytes.Value),
        _ => "+" + Sizes.Of(bytes.Value),
    };
}
