using System.Text.RegularExpressions;
using Hangfire;
using Hangfire.Dashboard;
using Microsoft.Net.Http.Headers;
using PinScheduler.Dashboard.Acts;
using PinScheduler.Dashboard.Live;
using PinScheduler.Dashboard.Pages;
using PinScheduler.Settings;

namespace PinScheduler.Dashboard;

internal static partial class DashboardExtensions
{
    public const string Prefix = "/hangfire";

    private const string ReadOnly = "Dashboard:ReadOnly";

    // an attribute style="…" is Hangfire's own, on its state cards and its charts
    private const string ContentSecurityPolicy = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'self'; frame-ancestors 'self'; form-action 'self'";

    private const string ForAsLongAsThisServerRuns = "private, max-age=31536000, immutable";

    // each open tab asks for the numbers in the menu; Hangfire's 2 s would make it half of what tabs cost
    private const int StatisticsMilliseconds = 5000;

    private const string RunPath = "/runs/(?<run>[0-9]{1,18})";
    private const string PipelinePath = "/pipelines/(?<pipeline>[^/]+)";

    // Hangfire keeps routes and menus for the whole process, which may hold several servers
    private static readonly Lazy<bool> Registered = new(Register);

    public static void AddDashboard(this IServiceCollection services) => services.AddPlainSettings(ReadOnly, PageWarmUp.Setting).AddAntiforgery().AddSingleton<Pulse>().AddSingleton<SharedParts>().AddHostedService<PageWarmUp>();

    public static void MapDashboard(this WebApplication app)
    {
        _ = Registered.Value;
        app.UseWhen(static context => context.Request.Path.StartsWithSegments(Prefix, StringComparison.OrdinalIgnoreCase), static dashboard => dashboard.Use(static (context, next) =>
        {
            context.Response.Headers.ContentSecurityPolicy = ContentSecurityPolicy;
            if (Bundles().IsMatch(context.Request.Path))
            {
                // last: the token against forgery, which Hangfire makes for these as well, forbids to keep what it comes with
                context.Response.OnStarting(static response =>
                {
                    ((HttpResponse)response).Headers.CacheControl = ForAsLongAsThisServerRuns;
                    ((HttpResponse)response).Headers.Remove(HeaderNames.Pragma);
                    return Task.CompletedTask;
                }, context.Response);
            }

            return next(context);
        }));
        app.MapHangfireDashboard(Prefix, new DashboardOptions
        {
            DashboardTitle = "PinScheduler",
            AppPath = null,
            DisplayStorageConnectionString = false,
            StatsPollingInterval = StatisticsMilliseconds,
            IsReadOnlyFunc = _ => app.Configuration.GetValue<bool>(ReadOnly),
        });
    }

    private static bool Register()
    {
        var assembly = typeof(DashboardExtensions).Assembly;
        DashboardRoutes.AddStylesheet(assembly, "PinScheduler.Dashboard.Assets.pages.css");
        // live notes the page as it came, before times changes it
        foreach (var script in new[] { "live", "times", "acts", "grid", "log" })
        {
            DashboardRoutes.AddJavaScript(assembly, $"PinScheduler.Dashboard.Assets.{script}.js");
        }

        AddPages();
        AddActs();
        AddToMenu(("Pipelines", "/pipelines"), ("Runs", "/runs"), ("Results", "/results"), ("Topics", "/topics"), ("Quality", "/quality"), ("System", "/system"));
        GlobalConfiguration.Configuration.UseJobDetailsRenderer(0, JobBlock.Render).UseDashboardMetric(LastRunMetric.Create());
        return true;
    }

    private static void AddPages()
    {
        Page("/pipelines", static _ => new PipelinesPage());
        Page(PipelinePath, static match => new PipelinePage(Text(match, "pipeline")));
        Page("/runs", static _ => new RunsPage());
        Page(RunPath, static match => new RunPage(RunOf(match)));
        Page(RunPath + "/log", static match => new LogPage(RunOf(match)));
        Page(RunPath + "/compare", static match => new ComparePage(RunOf(match)));
        Page(RunPath + "/lineage", static match => new LineagePage(RunOf(match)));
        Page(RunPath + "/tasks/(?<task>[^/]+)", static match => new TaskPage(RunOf(match), Text(match, "task")));
        Page(RunPath + "/checks/(?<check>[^/]+)", static match => new CheckPage(RunOf(match), Text(match, "check")));
        Page(RunPath + "/cleaned/(?<set>[a-z]{1,20})", static match => new CleanedFilesPage(RunOf(match), Text(match, "set")));
        Page("/activity", static _ => new ActivityPage());
        Page("/files", static _ => new FilesPage());
        Page("/results", static _ => new ResultsPage());
        Page("/results/(?<analysis>[^/]+)", static match => new ResultPage(Text(match, "analysis")));
        Page("/topics", static _ => new TopicsPage());
        Page("/quality", static _ => new QualityPage());
        Page("/system", static _ => new SystemPage());
        Page("/warehouse", static _ => new WarehousePage());
        DashboardRoutes.Routes.Add("/live", new ServerEvents(LiveStream.SendAsync));
        DashboardRoutes.Routes.Add(RunPath + "/log/stream", new ServerEvents(LogStream.SendAsync));
        DashboardRoutes.Routes.Add(RunPath + "/log/download", LogStream.Download());
    }

    private static void AddActs()
    {
        Act(PipelinePath + "/trigger", PipelineActs.TriggerAsync, Confirmations.TriggerAsync);
        Act(PipelinePath + "/pause", PipelineActs.PauseAsync, Confirmations.PauseAsync);
        Act(PipelinePath + "/resume", PipelineActs.ResumeAsync, Confirmations.ResumeAsync);
        Act(PipelinePath + "/backfill", PipelineActs.BackfillAsync, Confirmations.BackfillAsync);
        Act("/backfills/(?<backfill>[0-9]{1,18})/cancel", PipelineActs.CancelBackfillAsync, Confirmations.CancelBackfillAsync);
        Act(RunPath + "/retry", PipelineActs.RetryAsync, Confirmations.RetryAsync);
        Act(RunPath + "/cancel", PipelineActs.CancelAsync, Confirmations.CancelAsync);
        Act(RunPath + "/tasks/(?<task>[^/]+)/act", PipelineActs.RepairAsync, Confirmations.RepairAsync);
        // as earlier versions of the page had it; scripts may use it
        Act("/runs/trigger/(?<pipeline>[^/]+)", PipelineActs.TriggerAsync, Confirmations.TriggerAsync);
    }

    private static void AddToMenu(params (string Name, string Path)[] items)
    {
        foreach (var (place, item) in items.Index())
        {
            NavigationMenu.Items.Insert(place, page => new MenuItem(item.Name, page.Url.To(item.Path)) { Active = page.RequestPath.StartsWith(item.Path, StringComparison.Ordinal) });
        }
    }

    private static void Page(string path, Func<Match, RazorPage> page) => DashboardRoutes.Routes.AddRazorPage(path, page);

    private static void Act(string path, Func<PageRequest, Task<string?>> act, Func<PageRequest, Task<Confirmation>> confirm) => DashboardRoutes.Routes.Add(path, new ActDispatcher(act, confirm));

    private static long RunOf(Match match) => long.Parse(match.Groups["run"].Value, System.Globalization.CultureInfo.InvariantCulture);

    private static string Text(Match match, string name) => System.Net.WebUtility.UrlDecode(match.Groups[name].Value);

    // 600 KB of scripts and styles; the number is another one each time that the server starts
    [GeneratedRegex("/(js|css|css-dark)[0-9]+$")]
    private static partial Regex Bundles();
}
