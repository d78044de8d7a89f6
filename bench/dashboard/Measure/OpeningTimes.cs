using System.Globalization;
using DashboardBench.Data;
using DashboardBench.Servers;
using Microsoft.Playwright;

namespace DashboardBench.Measure;

/// <summary>In a browser, from the start of the navigation until a page can be used: by who has never been here (nothing is kept in the browser), and by who has.</summary>
internal sealed class OpeningTimes(Browser browser, int samples)
{
    // two frames after the page is whole: the first draws it. Then a click on the middle of a cell that is seen must mark it at once, and the task's panel follow
    private const string WhenGridIsUsed =
        """
        document.addEventListener("DOMContentLoaded", () => requestAnimationFrame(() => requestAnimationFrame(() => {
          const cells = [...document.querySelectorAll("details > div svg.ps-cells")];
          const box = cells[0].getBoundingClientRect(), grid = document.getElementById("ps-grid").getBoundingClientRect();
          const at = { clientX: Math.min(box.right, grid.right) - 18, clientY: box.top + 10, bubbles: true };
          document.elementFromPoint(at.clientX, at.clientY).dispatchEvent(new MouseEvent("click", at));
          if (!document.querySelector(".ps-cell-mark")) { return; }
          const clicked = performance.now();
          const runs = document.getElementById("ps-grid").dataset.psRuns.split(" ").length;
          const tasks = cells.reduce((sum, svg) => sum + svg.dataset.psCells.split(" ").length, 0);
          const panel = document.getElementById("ps-panel");
          new MutationObserver(() => { if (panel.querySelector("h2")) { window.bench ??= { used: clicked, shown: performance.now() - clicked, size: runs * tasks }; } }).observe(panel, { childList: true });
        })));
        """;

    // the browser itself says when it painted a line; which one is the last is known once what follows the log is there. Asked for at each frame, its place would cost a layout
    private const string WhenLogIsAtItsEnd =
        """
        const painted = new Map();
        const look = () => {
          const log = document.querySelector(".ps-log"), line = document.getElementById("footer") && log?.firstElementChild.lastElementChild.lastElementChild;
          if (!line || !painted.has(line) || window.bench) { return; }
          const last = line.getBoundingClientRect(), box = log.getBoundingClientRect();
          if (last.bottom <= box.bottom + 1 && last.top >= box.top) { window.bench = { used: painted.get(line), shown: performance.now(), size: log.querySelectorAll("time").length }; }
        };
        new PerformanceObserver((list) => { for (const entry of list.getEntries()) { painted.set(entry.element, entry.renderTime); } look(); }).observe({ type: "element", buffered: true });
        const mark = (node) => { if (node.nodeType === 1 && node.matches(".ps-log > div > div > div")) { node.setAttribute("elementtiming", "line"); } };
        new MutationObserver((changes) => { for (const change of changes) { change.addedNodes.forEach(mark); } }).observe(document, { childList: true, subtree: true });
        document.addEventListener("DOMContentLoaded", look);
        """;

    public async Task GridAsync()
    {
        Console.WriteLine($"\n| Chromium {browser.Version}: the grid is drawn and takes a click | new here ms | p95 ms | been here ms | p95 ms | click → task shown ms | cells |\n|---|---:|---:|---:|---:|---:|---:|");
        foreach (var page in new[] { $"/hangfire/pipelines/{BenchPipelines.Wide}", $"/hangfire/pipelines/{BenchPipelines.Wide}?runs=400", "/hangfire/pipelines/nightly?runs=400" })
        {
            var (fresh, known) = await VisitAsync(page, WhenGridIsUsed);
            Write(page, fresh, known, Figures.Median(fresh.Concat(known).Select(static visit => visit.Shown)), known[0].Size);
        }
    }

    public async Task LogAsync(Landmarks marks)
    {
        Console.WriteLine("\n| a log's last line is painted | new here ms | p95 ms | been here ms | p95 ms | page whole: new, been here ms | lines |\n|---|---:|---:|---:|---:|---:|---:|");
        foreach (var page in new[] { $"/hangfire/runs/{marks.Wide}/log", $"/hangfire/runs/{marks.Loud}/log?task=l3t2", $"/hangfire/runs/{marks.Loud}/log" })
        {
            var (fresh, known) = await VisitAsync(page, WhenLogIsAtItsEnd);
            Write(page, fresh, known, string.Create(CultureInfo.InvariantCulture, $"{Whole(fresh):N0}, {Whole(known):N0}"), known[0].Size);
        }

        static double Whole(List<Visit> visits) => Figures.Median(visits.Select(static visit => visit.Shown));
    }

    private async Task<(List<Visit> Fresh, List<Visit> Known)> VisitAsync(string path, string script)
    {
        var (fresh, known) = (new List<Visit>(), new List<Visit>());
        // one more than counts, which warms the server up
        for (var i = 0; i <= samples; i++)
        {
            var page = await browser.NewProfileAsync(script);
            foreach (var visits in new[] { fresh, known })
            {
                await page.GotoAsync(path);
                await page.WaitForFunctionAsync("() => window.bench");
                visits.Add(await page.EvaluateAsync<Visit>("window.bench"));
                await page.GotoAsync("about:blank");
            }

            await page.Context.CloseAsync();
        }

        return (fresh[1..], known[1..]);
    }

    private static void Write(string page, List<Visit> fresh, List<Visit> known, params object[] rest)
    {
        var (first, again) = (fresh.Select(static visit => visit.Used).ToList(), known.Select(static visit => visit.Used).ToList());
        Table.Row(page, [Figures.Median(first), Figures.At(first, 0.95), Figures.Median(again), Figures.At(again, 0.95), .. rest]);
    }

    private sealed record Visit
    {
        public double Used { get; set; }

        public double Shown { get; set; }

        public int Size { get; set; }
    }
}
