namespace PinScheduler.Tests.Browser;

/// <summary>A fact that needs Chromium, and is skipped where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class BrowserFactAttribute : FactAttribute
{
    public BrowserFactAttribute()
    {
        if (Browser.Chromium is null)
        {
            Skip = "There is no Chromium: 'apt-get install chromium', or name one in PINSCHEDULER_CHROMIUM.";
        }
    }
}
