using PinScheduler.Notifications;

namespace PinScheduler.Tests.Notifications;

public sealed class NotificationsOptionsTests
{
    [Fact]
    public void Validate_Succeeds_ForWhatIsOffOrRight()
    {
        Assert.Empty(Errors(new NotificationsOptions()));
        Assert.Empty(Errors(new NotificationsOptions
        {
            PublicUrl = "https://pins.example.org",
            Events = ["failed", "deadline"],
            Webhook = new() { Url = "https://hooks.example.org/T0/B0/secret", Headers = new() { ["Authorization"] = "Bearer x" } },
            Mail = new() { Host = "mail", From = "Pins <pins@example.org>", To = ["ann@example.org"] },
        }));
    }

    [Fact]
    public void Validate_NamesAllThatIsWrong_AndNoSecret()
    {
        var errors = string.Join('\n', Errors(new NotificationsOptions
        {
            PublicUrl = "pins.example.org",
            Events = ["fialed"],
            TimeoutSeconds = 0,
            GiveUpAfterDays = 0,
            Webhook = new() { Url = "hooks.example.org/secret", Headers = new() { ["a b"] = "x" } },
            Mail = new() { Host = "mail", Port = 0, Security = "startls", From = "nobody <", To = [] },
        }));
        foreach (var key in new[] { "PublicUrl", "Events", "TimeoutSeconds", "GiveUpAfterDays", "Webhook:Url", "Webhook:Headers:a b", "Mail:Port", "Mail:Security", "Mail:From", "Mail:To" })
        {
            Assert.Contains($"'Notifications:{key}'", errors);
        }

        Assert.Contains("Did you mean 'failed'?", errors);
        Assert.Contains("Did you mean 'starttls'?", errors);
        Assert.DoesNotContain("secret", errors);
    }

    private static IEnumerable<string> Errors(NotificationsOptions options) => new NotificationsOptionsValidator().Validate(null, options).Failures ?? [];
}
