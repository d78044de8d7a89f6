using System.Globalization;
using Microsoft.Extensions.Options;
using PinScheduler.Orchestration.Events;

namespace PinScheduler.Notifications;

/// <summary>Puts an event into words.</summary>
internal sealed class MessageWriter(IOptions<NotificationsOptions> options, IConfiguration configuration)
{
    /// <summary>The kind of a message that somebody asks for, to see whether it arrives.</summary>
    public const string Test = "test";

    public Message Write(RunEvent happened) => new(
        MoodOf(happened.Kind),
        Headline(happened),
        [.. Facts(happened).Where(static fact => fact.Text is not null).Select(static fact => (fact.Name, fact.Text!))],
        happened.Error,
        happened.Warnings ?? [],
        (happened.WarningsInAll ?? 0) - (happened.Warnings?.Count ?? 0),
        $"{BaseUrl()}/hangfire/runs{(happened.Kind == Test ? "" : "/" + happened.Run)}");

    public static string Duration(TimeSpan span) => span switch
    {
        { TotalSeconds: < 10 } => span.TotalSeconds.ToString("0.0 's'", CultureInfo.InvariantCulture),
        { TotalMinutes: < 1 } => span.TotalSeconds.ToString("0 's'", CultureInfo.InvariantCulture),
        { TotalHours: < 1 } => span.ToString("m' min 's' s'", CultureInfo.InvariantCulture),
        { TotalDays: < 1 } => span.ToString("h' h 'm' min'", CultureInfo.InvariantCulture),
        _ => span.ToString("d' d 'h' h'", CultureInfo.InvariantCulture),
    };

    private static Mood MoodOf(string kind) => kind switch
    {
        EventKind.Failed or EventKind.Deadline => Mood.Bad,
        EventKind.Slow or EventKind.Warnings => Mood.Uneasy,
        _ => Mood.Good,
    };

    private static string Headline(RunEvent happened) => happened.Kind == Test ? "PinScheduler can reach you" : $"{happened.Pipeline} {happened.LogicalDate:yyyy-MM-dd} " + happened.Kind switch
    {
        EventKind.Failed => "failed",
        EventKind.Recovered => "succeeded again",
        EventKind.Deadline => "missed its deadline",
        EventKind.Slow => "takes unusually long",
        EventKind.Warnings => $"succeeded with {Count(happened.WarningsInAll ?? 0, "warning")}",
        var other => other,
    };

    private static IEnumerable<(string Name, string? Text)> Facts(RunEvent happened)
    {
        if (happened.Kind == Test)
        {
            yield return ("", "This message was asked for, to see whether it arrives. Nothing has happened.");
            yield break;
        }

        yield return ("Task", happened.Task);
        yield return ("Also failed", happened.AlsoFailed is { } also ? string.Join(", ", also) : null);
        yield return ("Not run", happened.NotRun is { } below ? $"{Count(below, "task")} below it" : null);
        yield return ("Deadline", happened.DeadlineAt is { } deadline ? $"{Moment(deadline)}; the run is {happened.State}{(happened.Cancels == true ? " and is cancelled now" : "")}" : null);
        yield return ("Usually", happened.UsualSeconds is { } usual ? Duration(TimeSpan.FromSeconds(usual)) : null);
        yield return ("Failing since", happened.FailingSince is { } since ? $"{Moment(since)}, run {happened.FailingRun}" : null);
        yield return ("Pipeline", happened.Title);
        yield return ("Run", $"{happened.Run}, by {happened.Trigger}");
        yield return (happened.EndedAt is null ? "So far" : "Took", happened.TookSeconds is { } took ? Duration(TimeSpan.FromSeconds(took)) : null);
    }

    private static string Moment(DateTime instant) => instant.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    private static string Count(int number, string what) => number == 1 ? $"1 {what}" : $"{number} {what}s";

    private string BaseUrl() => (options.Value.PublicUrl is { Length: > 0 } given ? given : configuration["Urls"]?.Split(';')[0] ?? "http://127.0.0.1:5080").TrimEnd('/');
}
