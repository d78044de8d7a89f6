using System.Net;
using System.Text;

namespace PinScheduler.Notifications;

/// <summary>A message as a mail. The HTML is of tables with styles on the tags: what mail programs understand.</summary>
internal static class MailText
{
    private const string Cell = "padding:3px 12px 3px 0;vertical-align:top";

    public static string Subject(Message message) => message.Facts.FirstOrDefault(static fact => fact.Name == "Task").Text is { } task
        ? $"{message.Headline}: {task}"
        : message.Headline;

    public static string Plain(Message message)
    {
        var text = new StringBuilder($"{message.Headline}\n\n");
        foreach (var (name, fact) in message.Facts)
        {
            text.Append(name.Length == 0 ? "" : $"{name + ":",-15}").Append(fact).Append('\n');
        }

        if (message.Error is { } error)
        {
            text.Append($"\n    {error}\n");
        }

        foreach (var warning in message.Warnings)
        {
            text.Append("\n  - ").Append(warning);
        }

        text.Append(message.MoreWarnings > 0 ? $"\n  - … and {message.MoreWarnings} more" : "").Append(message.Warnings.Count > 0 ? "\n" : "");
        return text.Append('\n').Append(message.Link).Append('\n').ToString();
    }

    public static string Html(Message message)
    {
        var colour = message.Mood switch { Mood.Bad => "#b3261e", Mood.Uneasy => "#9a6700", _ => "#1a7f37" };
        var html = new StringBuilder($"""
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{Encode(message.Headline)}</title></head>
            <body style="margin:0;padding:16px;background:#f4f5f7;font:15px/1.45 -apple-system,'Segoe UI',Roboto,Arial,sans-serif;color:#1f2328">
            <table role="presentation" cellspacing="0" cellpadding="0" align="center" style="width:100%;max-width:600px;background:#fff;border-top:4px solid {colour}">
            <tr><td style="padding:20px 24px 24px">
            <h1 style="margin:0 0 12px;font-size:20px;line-height:1.3;color:{colour}">{Encode(message.Headline)}</h1>
            <table role="presentation" cellspacing="0" cellpadding="0" style="font-size:15px">

            """);
        foreach (var (name, fact) in message.Facts)
        {
            html.Append(name.Length == 0
                ? $"<tr><td colspan=\"2\" style=\"{Cell}\">{Encode(fact)}</td></tr>\n"
                : $"<tr><td style=\"{Cell};color:#57606a;white-space:nowrap\">{name}</td><td style=\"{Cell}\">{(name == "Task" ? $"<b>{Encode(fact)}</b>" : Encode(fact))}</td></tr>\n");
        }

        html.Append("</table>\n");
        if (message.Error is { } error)
        {
            html.Append($"<div style=\"margin:14px 0 0;padding:10px 12px;background:#fdf1f0;border-left:3px solid {colour};font:13px/1.45 Consolas,Menlo,monospace;overflow-wrap:anywhere\">{Encode(error)}</div>\n");
        }

        if (message.Warnings.Count > 0)
        {
            html.Append("<ul style=\"margin:14px 0 0;padding:0 0 0 20px\">\n").AppendJoin('\n', message.Warnings.Select(static warning => $"<li style=\"margin:0 0 4px\">{Encode(warning)}</li>"));
            html.Append(message.MoreWarnings > 0 ? $"\n<li>… and {message.MoreWarnings} more</li>" : "").Append("\n</ul>\n");
        }

        return html.Append($"""
            <p style="margin:20px 0 0"><a href="{Encode(message.Link)}" style="display:inline-block;padding:9px 16px;background:{colour};color:#fff;text-decoration:none;border-radius:4px">Open the run</a></p>
            <p style="margin:14px 0 0;font-size:12px;color:#57606a;overflow-wrap:anywhere">{Encode(message.Link)}</p>
            </td></tr></table>
            </body></html>

            """).ToString();
    }

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}
