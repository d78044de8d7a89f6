using System.Globalization;
using Hangfire.Dashboard;
using Hangfire.Dashboard.Pages;
using PinScheduler.Tables;

namespace PinScheduler.Dashboard;

/// <summary>/hangfire/warehouse: how large each table is, and what grows.</summary>
internal sealed class WarehousePage : RazorPage
{
    // smaller ones are many, and of interest to few
    private const long ShownFrom = 1 << 20;

    public override void Execute()
    {
        Layout = new LayoutPage("Warehouse");
        var request = new PageRequest(Context);
        // Hangfire renders its pages synchronously
        var reader = request.Get<TableReader>();
        var tables = reader.ListAsync(request.Aborted).GetAwaiter().GetResult();
        var history = reader.HistoryAsync(table: null, TableReader.SamplesForAverage, request.Aborted).GetAwaiter().GetResult();
        var (version, pool) = reader.ServerAsync(request.Aborted).GetAwaiter().GetResult();
        var html = new PageHtml();
        html.Add($"<div class=\"row\"><div class=\"col-md-12\"><h1 class=\"page-header\">Warehouse</h1>");
        AddHead(html, tables, version, pool);
        var shown = tables.Where(static table => table.Bytes >= ShownFrom).ToList();
        AddTables(html, shown, history);
        if (shown.Count < tables.Count)
        {
            var small = tables.Skip(shown.Count).ToList();
            html.Add($"<details{(shown.Count == 0 ? " open" : "")}><summary>{small.Count} tables of less than 1 MiB, {Size(small.Sum(static table => table.Bytes))} in all</summary>");
            AddTables(html, small, history);
            html.Add($"</details>");
        }

        html.Add($"</div></div>");
        WriteLiteral(html.ToString());
    }

    private static void AddHead(PageHtml html, IReadOnlyList<TableSize> tables, string version, long pool)
    {
        var grown = tables.Where(static table => table.GrownBytes is not null).ToList();
        html.Add($"<ul class=\"ps-facts\"><li><b>{Size(tables.Sum(static table => table.Bytes))}</b> in {tables.Count} tables</li><li><b>Growth</b> {(grown.Count == 0 ? "known after the second run" : Signed(grown.Sum(static table => table.GrownBytes)) + " by the last run")}</li>")
            .Add($"<li><b>Server</b> {version}, keeps {Size(pool)} in memory</li><li><a href=\"/api/warehouse/tables\">JSON</a></li></ul>");
        html.Add($"<ul class=\"ps-facts\">");
        foreach (var group in tables.GroupBy(static table => table.Group).OrderByDescending(static group => group.Sum(static table => table.Bytes)))
        {
            html.Add($"<li><b>{group.Key}</b> {Size(group.Sum(static table => table.Bytes))}</li>");
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
        html.Add($"<div class=\"ps-scroll\"><table class=\"table table-hover\"><thead><tr><th>Table</th><th>Group</th><th class=\"ps-number\" title=\"as the server estimates\">Rows</th><th class=\"ps-number ps-wide\">Data</th><th class=\"ps-number ps-wide\">Indexes</th><th class=\"ps-number\">Size</th><th class=\"ps-wide\"></th><th class=\"ps-number\" title=\"from the end of the run before the last to the end of the last\">Last run</th><th class=\"ps-number ps-wide\" title=\"on average over the last runs, 30 at most\">A run</th><th class=\"ps-wide\">Last runs</th></tr></thead><tbody>");
        foreach (var table in tables)
        {
            html.Add($"<tr><td class=\"ps-key\"><a href=\"/api/warehouse/tables/{table.Table}\">{table.Table}</a></td><td>{table.Group}</td><td class=\"ps-number\">{table.Rows:N0}</td><td class=\"ps-number ps-wide\">{Size(table.DataBytes)}</td><td class=\"ps-number ps-wide\">{Size(table.IndexBytes)}</td><td class=\"ps-number\">{Size(table.Bytes)}</td>")
                .Add($"<td class=\"ps-wide\"><svg class=\"ps-share\" width=\"100\" height=\"10\" role=\"img\" aria-label=\"{(largest == 0 ? 0 : 100 * table.Bytes / largest)} % of the largest\"><rect width=\"{(largest == 0 ? 0 : Math.Max(1, 100 * table.Bytes / largest))}\" height=\"10\"/></svg></td>")
                .Add($"<td class=\"ps-number\">{Signed(table.GrownBytes)}</td><td class=\"ps-number ps-wide\">{Signed(table.GrownBytesPerRun)}</td><td class=\"ps-wide\">");
            AddLine(html, [.. history[table.Table].Reverse()]);
            html.Add($"</td></tr>");
        }

        html.Add($"</tbody></table></div>");
    }

    private static void AddLine(PageHtml html, List<TableSample> samples)
    {
        if (samples.Count < 2)
        {
            return;
        }

        const int Width = 100, Height = 20;
        var most = Math.Max(1, samples.Max(static sample => sample.Bytes));
        var points = string.Join(' ', samples.Select((sample, index) => string.Create(CultureInfo.InvariantCulture, $"{(double)index * Width / (samples.Count - 1):0.#},{Height - 1 - ((double)sample.Bytes * (Height - 2) / most):0.#}")));
        html.Add($"<svg class=\"ps-line\" width=\"{Width}\" height=\"{Height}\" role=\"img\" aria-label=\"from {Size(samples[0].Bytes)} to {Size(samples[^1].Bytes)}\"><polyline points=\"{points}\"/></svg>");
    }

    private static string Signed(long? bytes) => bytes switch
    {
        null => "",
        0 => "0",
        < 0 => "−" + Size(-bytes.Value),
        _ => "+" + Size(bytes.Value),
    };

    private static string Size(long bytes) => bytes switch
    {
        < 1 << 10 => string.Create(CultureInfo.InvariantCulture, $"{bytes} B"),
        < 1 << 20 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:0.#} KiB"),
        < 1 << 30 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:0.#} MiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1073741824.0:0.##} GiB"),
    };
}
