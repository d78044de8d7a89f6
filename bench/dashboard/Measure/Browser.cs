using Microsoft.Playwright;

namespace DashboardBench.Measure;

/// <summary>A Chromium without a window; each visit has a profile of its own unless it is told to share one.</summary>
internal sealed class Browser : IAsyncDisposable
{
    private static readonly string[] Places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
    private readonly IPlaywright _playwright;
    private readonly IBrowser _chromium;
    private readonly Uri _server;

    private Browser(IPlaywright playwright, IBrowser chromium, Uri server) => (_playwright, _chromium, _server) = (playwright, chromium, server);

    public string Version => _chromium.Version;

    public static async Task<Browser> StartAsync(Uri server)
    {
        var program = Environment.GetEnvironmentVariable("PINSCHEDULER_CHROMIUM") ?? Places.FirstOrDefault(File.Exists)
            ?? throw new InvalidOperationException("There is no Chromium; install 'chromium', name one by PINSCHEDULER_CHROMIUM, or measure with '--only pages tabs'.");
        var playwright = await Playwright.CreateAsync();
        // root, as in a container, gets no sandbox
        return new Browser(playwright, await playwright.Chromium.LaunchAsync(new() { ExecutablePath = program, Args = ["--no-sandbox"] }), server);
    }

    /// <param name="script">Runs in each page before the page's own.</param>
    public async Task<IPage> NewProfileAsync(string script)
    {
        var context = await _chromium.NewContextAsync(new() { BaseURL = _server.ToString(), ViewportSize = new() { Width = 1400, Height = 900 } });
        context.SetDefaultTimeout(60_000);
        await context.AddInitScriptAsync(script);
        return await context.NewPageAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _chromium.DisposeAsync();
        _playwright.Dispose();
    }
}
