using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using PinScheduler.Dashboard.Pages;
using PinScheduler.Orchestration.Api;
using PinScheduler.Results;

namespace PinScheduler.Dashboard;

/// <summary>
/// Visits the server's own pages once it serves, one after another, the most looked at first: what is compiled or read on first use is then
/// there for the first visitor, who would wait up to a second for it.
/// </summary>
internal sealed class PageWarmUp(IConfiguration configuration, IServer server, IHostApplicationLifetime lifetime, RunReader runs, ResultReader results, ILogger<PageWarmUp> log) : BackgroundService
{
    public const string Setting = "Dashboard:WarmUp";

    // of all of it, on a machine that is busy; it takes seconds
    private static readonly TimeSpan Most = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!configuration.GetValue(Setting, defaultValue: true))
        {
            return;
        }

        var serves = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var started = lifetime.ApplicationStarted.Register(serves.SetResult);
        await serves.Task.WaitAsync(stoppingToken);
        // no address at all: a server that is only called within its process; HTTPS may have a certificate that is not for this name
        if (server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault(static address => address.StartsWith("http:", StringComparison.Ordinal)) is not { } address)
        {
            return;
        }

        // the web server stops before this does, and waits for who is visiting it
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, lifetime.ApplicationStopping);
        end.CancelAfter(Most);
        using var http = new HttpClient { BaseAddress = new Uri(address), Timeout = Timeout.InfiniteTimeSpan };
        try
        {
            await foreach (var page in PagesAsync(end.Token))
            {
                // a page that says what is the matter has been compiled as well
                using var answer = await http.GetAsync(DashboardExtensions.Prefix + page, end.Token);
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // the server stops, or is so busy that its visitors must wait anyway
        }
        catch (Exception exception)
        {
            DashboardLog.WarmUpEnded(log, exception);
        }
    }

    private async IAsyncEnumerable<string> PagesAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return "/pipelines";
        if (await runs.ListAsync(null, null, null, null, null, 1, cancellationToken) is [var last])
        {
            yield return "/pipelines/" + Uri.EscapeDataString(last.Pipeline);
            yield return "/runs/" + last.Id;
            yield return LogPage.Path(last.Id);
            yield return LogPage.Path(last.Id) + "?search=a";
            if ((await runs.GetAsync(long.Parse(last.Id, System.Globalization.CultureInfo.InvariantCulture), cancellationToken)).Tasks is [var task, ..])
            {
                yield return $"/runs/{last.Id}/tasks/{Uri.EscapeDataString(task.Key)}";
            }

            yield return $"/runs/{last.Id}/compare";
            yield return $"/runs/{last.Id}/lineage";
        }

        foreach (var page in new[] { "/runs", "/results", "/quality", "/system", "/warehouse", "/activity", "/files" })
        {
            yield return page;
        }

        if (await results.ListAsync(cancellationToken) is [var result, ..])
        {
            yield return ResultPage.Path(result.Analysis);
        }

        // Hangfire's own
        foreach (var page in new[] { "", "/jobs/enqueued", "/jobs/succeeded", "/jobs/processing", "/jobs/failed", "/jobs/scheduled", "/jobs/deleted", "/jobs/awaiting", "/retries", "/recurring", "/servers" })
        {
            yield return page;
        }

        // last: while Kafka is away it takes its time to say so
        yield return "/topics";
    }
}
