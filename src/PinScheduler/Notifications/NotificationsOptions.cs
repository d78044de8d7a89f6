namespace PinScheduler.Notifications;

/// <summary>Section `Notifications`: who is told, how, and of what. Without a webhook and a mail server, nobody is.</summary>
internal sealed class NotificationsOptions
{
    public const string Section = "Notifications";

    /// <summary>Where people reach the dashboard, for links: https://pins.example.org. Empty: the first of `Urls`.</summary>
    public string PublicUrl { get; set; } = "";

    /// <summary>Of <see cref="Orchestration.Events.EventKind"/>; none given: all.</summary>
    public string[] Events { get; set; } = [];

    /// <summary>How long a receiver may take to answer; then the message is tried again.</summary>
    public double TimeoutSeconds { get; set; } = 10;

    /// <summary>A message that nobody has taken for so long is given up.</summary>
    public double GiveUpAfterDays { get; set; } = 7;

    public WebhookOptions Webhook { get; set; } = new();

    public MailOptions Mail { get; set; } = new();
}

internal sealed class WebhookOptions
{
    /// <summary>Gets a POST with JSON an event, whose `text` Slack, Mattermost and their like show. Empty: off.</summary>
    public string Url { get; set; } = "";

    public Dictionary<string, string> Headers { get; set; } = [];

    public bool IsOn => Url.Length > 0;
}

internal sealed class MailOptions
{
    public const string Auto = "auto";
    public const string None = "none";
    public const string StartTls = "starttls";
    public const string Tls = "tls";

    /// <summary>The SMTP server. Empty: off.</summary>
    public string Host { get; set; } = "";

    public int Port { get; set; } = 587;

    /// <summary>auto: TLS at once on port 465, else STARTTLS where the server has it.</summary>
    public string Security { get; set; } = Auto;

    public string User { get; set; } = "";

    public string Password { get; set; } = "";

    public string From { get; set; } = "";

    public string[] To { get; set; } = [];

    public bool IsOn => Host.Length > 0;
}
