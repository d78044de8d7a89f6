using Microsoft.Extensions.Options;
using MimeKit;
using PinScheduler.Orchestration.Events;

namespace PinScheduler.Notifications;

internal sealed class NotificationsOptionsValidator : IValidateOptions<NotificationsOptions>
{
    private static readonly string[] Securities = [MailOptions.Auto, MailOptions.None, MailOptions.StartTls, MailOptions.Tls];

    public ValidateOptionsResult Validate(string? name, NotificationsOptions options)
    {
        var wrong = Errors(options).Concat(WebhookErrors(options.Webhook)).Concat(options.Mail.IsOn ? MailErrors(options.Mail) : []).ToList();
        return wrong.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(wrong);
    }

    private static IEnumerable<string> Errors(NotificationsOptions options)
    {
        if (options.PublicUrl.Length > 0 && !IsWeb(options.PublicUrl))
        {
            yield return $"'Notifications:PublicUrl' is '{options.PublicUrl}'; it must be the dashboard's address as people reach it, such as https://pins.example.org.";
        }

        foreach (var kind in options.Events.Where(kind => !EventKind.All.Contains(kind)))
        {
            yield return $"'Notifications:Events' has '{kind}'; there are {string.Join(", ", EventKind.All)}.{DidYouMean.Sentence(kind, EventKind.All)}";
        }

        if (options.TimeoutSeconds is not (>= 0.1 and <= 300))
        {
            yield return $"'Notifications:TimeoutSeconds' is {options.TimeoutSeconds}; it must be 0.1 to 300.";
        }

        if (options.GiveUpAfterDays is not (> 0 and <= 365))
        {
            yield return $"'Notifications:GiveUpAfterDays' is {options.GiveUpAfterDays}; it must be above 0, and 365 at most.";
        }
    }

    private static IEnumerable<string> WebhookErrors(WebhookOptions webhook)
    {
        if (webhook.IsOn && !IsWeb(webhook.Url))
        {
            // the address is often a secret, so it is not shown
            yield return "'Notifications:Webhook:Url' is no address; it must begin with https:// or http://.";
        }

        using var request = new HttpRequestMessage();
        foreach (var header in webhook.Headers.Where(header => !TryAdd(request, header)))
        {
            yield return $"'Notifications:Webhook:Headers:{header.Key}' cannot be a header of a request.";
        }
    }

    private static IEnumerable<string> MailErrors(MailOptions mail)
    {
        if (mail.Port is < 1 or > 65535)
        {
            yield return $"'Notifications:Mail:Port' is {mail.Port}; it must be 1 to 65535.";
        }

        if (!Securities.Contains(mail.Security))
        {
            yield return $"'Notifications:Mail:Security' is '{mail.Security}'; there are {string.Join(", ", Securities)}.{DidYouMean.Sentence(mail.Security, Securities)}";
        }

        if (!MailboxAddress.TryParse(mail.From, out _))
        {
            yield return $"'Notifications:Mail:From' is '{mail.From}'; it must be an address such as pins@example.org.";
        }

        if (mail.To.Length == 0)
        {
            yield return "'Notifications:Mail:To' names nobody; 'Notifications:Mail:To:0' is the first address.";
        }

        foreach (var to in mail.To.Where(static to => !MailboxAddress.TryParse(to, out _)))
        {
            yield return $"'Notifications:Mail:To' has '{to}'; it must be an address such as ann@example.org.";
        }
    }

    private static bool IsWeb(string url) => Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "https" or "http";

    private static bool TryAdd(HttpRequestMessage request, KeyValuePair<string, string> header)
    {
        try
        {
            return request.Headers.TryAddWithoutValidation(header.Key, header.Value) && !header.Value.AsSpan().ContainsAny('\r', '\n');
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
