using System.Net;
using Hangfire;
using Hangfire.Dashboard;
using PinScheduler.Orchestration.Jobs;
using PinScheduler.Orchestration.Runs;

namespace PinScheduler.Dashboard;

internal static class DashboardExtensions
{
    // Hangfire keeps routes and menus for the whole process, which may hold several servers
    private static readonly Lazy<bool> Registered = new(Register);

    public static void AddDashboard(this IServiceCollection services) => services.AddAntiforgery();

    public static void MapDashboard(this WebApplication app)
    {
        _ = Registered.Value;
        app.MapHangfireDashboard("/hangfire", new DashboardOptions
        {
            DashboardTitle = "PinScheduler",
            AppPath = null,
            DisplayStorageConnectionString = false,
        });
    }

    private static bool Register()
    {
        var assembly = typeof(DashboardExtensions).Assembly;
        DashboardRoutes.AddStylesheet(assembly, "PinScheduler.Dashboard.pinscheduler.css");
        DashboardRoutes.AddJavaScript(assembly, "PinScheduler.Dashboard.pinscheduler.js");
        DashboardRoutes.Routes.AddRazorPage("/runs", static _ => new RunsPage());
        DashboardRoutes.Routes.AddRazorPage("/runs/(?<run>[0-9]{1,18})", static match => new RunPage(long.Parse(match.Groups["run"].Value)));
        DashboardRoutes.Routes.AddRazorPage("/runs/(?<run>[0-9]{1,18})/cleaned/(?<set>[a-z]{1,20})", static match => new CleanedFilesPage(long.Parse(match.Groups["run"].Value), match.Groups["set"].Value));
        DashboardRoutes.Routes.Add("/runs/(?<run>[0-9]{1,18})/retry", new ActDispatcher(static request => request.Get<RunControl>().RetryAsync(long.Parse(request["run"]), request.Aborted)));
        DashboardRoutes.Routes.Add("/runs/(?<run>[0-9]{1,18})/cancel", new ActDispatcher(static request => request.Get<RunControl>().CancelAsync(long.Parse(request["run"]), request.Aborted)));
        DashboardRoutes.Routes.Add("/runs/trigger/(?<pipeline>[^/]+)", new ActDispatcher(static request => request.Get<RunStarter>().StartAsync(
            new RunRequest { Pipeline = WebUtility.UrlDecode(request["pipeline"]), Trigger = TriggerKind.Manual, RequestedBy = "dashboard" }, request.Aborted)));
        DashboardRoutes.Routes.AddRazorPage("/warehouse", static _ => new WarehousePage());
        NavigationMenu.Items.Insert(0, static page => new MenuItem("Runs", page.Url.To("/runs")) { Active = page.RequestPath.StartsWith("/runs", StringComparison.Ordinal) });
        NavigationMenu.Items.Insert(1, static page => new MenuItem("Warehouse", page.Url.To("/warehouse")) { Active = page.RequestPath.StartsWith("/warehouse", StringComparison.Ordinal) });
        GlobalConfiguration.Configuration.UseJobDetailsRenderer(0, RenderJob);
        return true;
    }

    private static NonEscapedString RenderJob(JobDetailsRendererDto dto)
    {
        if (dto.JobDetails.Job is not { } job || job.Type != typeof(TaskJob) || job.Args is not [long run, string task, ..])
        {
            return new NonEscapedString("");
        }

        return new NonEscapedString(new PageHtml().Add($"<div class=\"ps-bar\"><span>Task <b>{task}</b> of <a href=\"{dto.Page.Url.To($"/runs/{run}")}\">run #{run}</a></span> <a href=\"{RunPage.LogUrl(run.ToString(), task)}\">log</a></div>").ToString());
    }
}
