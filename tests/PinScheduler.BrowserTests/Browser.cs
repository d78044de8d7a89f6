using Microsoft.Playwright;

namespace PinScheduler.Tests.Browser;

/// <summary>A browser's window on the dashboard; it notes every error in the console and every request that leaves the server.</summary>
internal sealed class Browser : IAsyncDisposable
{
    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;
    private readonly List<string> _faults = [];

    private Browser(IPlaywright playwright, IBrowser browser, IPage page)
    {
        (_playwright, _browser, Page) = (playwright, browser, page);
    }

    /// <summary>Debian's, or the one that the environment names; null: there is none.</summary>
    public static string? Chromium { get; } = new[] { Environment.GetEnvironmentVariable("PINSCHEDULER_CHROMIUM"), "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome" }.FirstOrDefault(File.Exists);

    public IPage Page { get; }

    public static async Task<Browser> OpenAsync(Uri server, int width = 1400, ColorScheme scheme = ColorScheme.Light, bool script = true)
    {
        var playwright = await Playwright.CreateAsync();
        // root, as in a container, gets no sandbox
        var chromium = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = Chromium, Args = ["--no-sandbox"] });
        var context = await chromium.NewContextAsync(new() { BaseURL = server.ToString(), ViewportSize = new() { Width = width, Height = 900 }, ColorScheme = scheme, JavaScriptEnabled = script });
        context.SetDefaultTimeout(60_000);
        var browser = new Browser(playwright, chromium, await context.NewPageAsync());
        browser.Page.Console += (_, message) => browser.Note(message.Type is "error" or "warning", $"console: {message.Text} ({browser.Page.Url})");
        browser.Page.PageError += (_, error) => browser.Note(true, $"script: {error} ({browser.Page.Url})");
        browser.Page.Request += (_, request) => browser.Note(!request.Url.StartsWith(server.ToString(), StringComparison.Ordinal) && !request.Url.StartsWith("data:", StringComparison.Ordinal), $"outside: {request.Url}");
        return browser;
    }

    public void AssertNoFault()
    {
        lock (_faults)
        {
            Assert.Empty(_faults);
        }
    }

    /// <summary>Keeps what is seen, where the environment names a folder for it.</summary>
    public async Task PictureAsync(string name)
    {
        if (Environment.GetEnvironmentVariable("PINSCHEDULER_PICTURES") is { Length: > 0 } folder)
        {
            await Page.ScreenshotAsync(new() { Path = Path.Combine(folder, name + ".png"), FullPage = true });
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }

    private void Note(bool isFault, string text)
    {
        if (isFault)
        {
            lock (_faults)
            {
                _faults.Add(text);
            }
        }
    }
}
