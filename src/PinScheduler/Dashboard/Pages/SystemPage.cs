using System.Diagnostics;
using Hangfire;
using Hangfire.Storage;
using PinScheduler.Database;
using PinScheduler.Hosting;
using PinScheduler.Orchestration.Jobs;
using PinScheduler.Settings;

namespace PinScheduler.Dashboard.Pages;

/// <summary>/hangfire/system: which servers work, what is installed, and which settings hold and why.</summary>
internal sealed class SystemPage() : SchedulerPage("System")
{
    protected override async Task<PageHtml> RenderAsync(PageRequest request)
    {
        using var process = Process.GetCurrentProcess();
        var html = new PageHtml().Add($"<h1 class=\"page-header\">System</h1><ul class=\"ps-facts\"><li><b>PinScheduler</b> {InfoApi.Version}</li><li><b>.NET</b> {Environment.Version}</li><li><b>This process</b> {process.Id}, {Sizes.Of(process.WorkingSet64)}, {PageHtml.Duration(process.TotalProcessorTime)} of processor time, since ").Time(process.StartTime.ToUniversalTime())
            .Add($"</li><li><a href=\"{Url.To("/warehouse")}\">Tables and their growth</a></li><li><a href=\"/health/ready\">Health</a></li><li><a href=\"/openapi/v1.json\">API</a></li></ul>");
        foreach (var warning in request.Get<StartWarnings>().All)
        {
            html.Add($"<div class=\"ps-warning\">{warning}</div>");
        }

        html.Add($"<h2>Servers</h2>").Add(Servers(request));
        html.Add($"<h2>Settings in force</h2>").Add(Settings(request));
        return html.Add($"<h2>Schema</h2>").Add(await PartAsync(() => SchemaAsync(request)));
    }

    private static PageHtml Servers(PageRequest request)
    {
        var html = new PageHtml().Add($"<div class=\"ps-scroll\" tabindex=\"0\"><table class=\"table table-hover\"><thead><tr><th>Server</th><th>Queues</th><th class=\"ps-number\">Workers</th><th>Started</th><th>Last heard of</th></tr></thead><tbody>");
        var storage = request.Get<JobStorage>();
        using var connection = (JobStorageConnection)storage.GetConnection();
        var now = connection.GetUtcDateTime();
        foreach (var server in storage.GetMonitoringApi().Servers().OrderBy(static server => server.Name, StringComparer.Ordinal))
        {
            var silent = ServedQueues.SilentSince(server, now) is not null;
            html.Add($"<tr><td class=\"ps-key\">{server.Name}</td><td>{string.Join(", ", server.Queues)}</td><td class=\"ps-number\">{server.WorkersCount}</td><td>").Time(server.StartedAt).Add($"</td><td>{(silent ? "not answering, gone or cut off, since " : "")}").Time(server.Heartbeat, relative: true).Add($"</td></tr>");
        }

        return html.Add($"</tbody></table></div>");
    }

    private static PageHtml Settings(PageRequest request)
    {
        var html = new PageHtml().Add($"<p class=\"ps-note\">What is not here has its default; README.md lists the keys.</p><div class=\"ps-scroll\" tabindex=\"0\"><table class=\"table table-hover\"><thead><tr><th>Key</th><th>Value</th><th>Said by</th></tr></thead><tbody>");
        foreach (var setting in request.Get<ConfigurationInForce>().List())
        {
            html.Add($"<tr><td class=\"ps-key\">{setting.Key}</td><td class=\"ps-raw\">{setting.Value}</td><td>{setting.Source}</td></tr>");
        }

        return html.Add($"</tbody></table></div>");
    }

    private static async Task<PageHtml> SchemaAsync(PageRequest request)
    {
        var scripts = await request.Get<SchemaInstaller>().AppliedAsync(request.Aborted);
        var html = new PageHtml().Add($"<details id=\"schema\"><summary>{scripts.Count} scripts, the newest {(scripts.Count == 0 ? "none" : scripts[0].Name)}</summary><table class=\"table\"><tbody>");
        foreach (var script in scripts)
        {
            html.Add($"<tr><td>{script.Name}</td><td>").Time(script.AppliedAt).Add($"</td></tr>");
        }

        return html.Add($"</tbody></table></details>");
    }
}
