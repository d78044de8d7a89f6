using MailKit.Net.Smtp;
using MailKit.Security;
using Microsoft.Extensions.Options;
using MimeKit;
using PinScheduler.Orchestration.Events;

namespace PinScheduler.Notifications.Channels;

/// <summary>A mail an event, as text and as HTML. A connection each: mails are rare.</summary>
internal sealed class MailChannel(IOptions<NotificationsOptions> options, MessageWriter messages) : IChannel
{
    private readonly MailOptions _options = options.Value.Mail;

    public string Name => "mail";

    public bool IsOn => _options.IsOn;

    public async Task SendAsync(string id, RunEvent happened, CancellationToken cancellationToken)
    {
        using var mail = Write(id, happened);
        using var smtp = new SmtpClient();
        await smtp.ConnectAsync(_options.Host, _options.Port, _options.Security switch
        {
            MailOptions.None => SecureSocketOptions.None,
            MailOptions.StartTls => SecureSocketOptions.StartTls,
            MailOptions.Tls => SecureSocketOptions.SslOnConnect,
            _ => SecureSocketOptions.Auto,
        }, cancellationToken);
        if (_options.User.Length > 0)
        {
            await smtp.AuthenticateAsync(_options.User, _options.Password, cancellationToken);
        }

        await smtp.SendAsync(mail, cancellationToken);
        try
        {
            await smtp.DisconnectAsync(quit: true, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or SmtpProtocolException or OperationCanceledException)
        {
            // the mail is taken; a server that does not say goodbye must not get it again
        }
    }

    private MimeMessage Write(string id, RunEvent happened)
    {
        var message = messages.Write(happened);
        var from = MailboxAddress.Parse(_options.From);
        var mail = new MimeMessage { Subject = MailText.Subject(message), MessageId = $"{id}@{from.Domain}" };
        mail.From.Add(from);
        mail.To.AddRange(_options.To.Select(MailboxAddress.Parse));
        // no machine shall answer this one
        mail.Headers.Add("Auto-Submitted", "auto-generated");
        mail.Body = new BodyBuilder { TextBody = MailText.Plain(message), HtmlBody = MailText.Html(message) }.ToMessageBody();
        return mail;
    }
}
