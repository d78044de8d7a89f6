using System.Text;

namespace PinScheduler.Notifications;

/// <summary>A message in Slack's markup, which Mattermost and others read too.</summary>
internal static class SlackText
{
    public static string Of(Message message)
    {
        var text = new StringBuilder($"{Sign(message.Mood)} *<{message.Link}|{Escape(message.Headline)}>*");
        var facts = message.Facts.Select(static fact => fact.Name.Length == 0 ? Escape(fact.Text) : $"{fact.Name}: {(fact.Name == "Task" ? $"*{Escape(fact.Text)}*" : Escape(fact.Text))}");
        text.Append('\n').AppendJoin("  ·  ", facts);
        if (message.Error is { } error)
        {
            // a backtick in it would end the code
            text.Append($"\n`{Escape(error).Replace('`', '\'')}`");
        }

        foreach (var warning in message.Warnings)
        {
            text.Append("\n• ").Append(Escape(warning));
        }

        if (message.MoreWarnings > 0)
        {
            text.Append($"\n… and {message.MoreWarnings} more");
        }

        return text.ToString();
    }

    private static string Sign(Mood mood) => mood switch
    {
        Mood.Bad => ":red_circle:",
        Mood.Uneasy => ":large_yellow_circle:",
        _ => ":large_green_circle:",
    };

    // https://docs.slack.dev/messaging/formatting-message-text#escaping
    private static string Escape(string text) => text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal).ReplaceLineEndings(" ");
}
