namespace PinScheduler.Notifications;

/// <summary>What is said, before a channel gives it its form.</summary>
/// <param name="Mood">Good, bad or in between; it has a colour.</param>
/// <param name="Headline">All that a busy reader needs: pipeline, date, what happened.</param>
/// <param name="Facts">Short ones, each with its name.</param>
/// <param name="Error">The first line of the error of the task that failed first.</param>
/// <param name="Warnings">Those that are shown.</param>
/// <param name="MoreWarnings">How many are not.</param>
/// <param name="Link">To the run's page.</param>
internal sealed record Message(Mood Mood, string Headline, IReadOnlyList<(string Name, string Text)> Facts, string? Error, IReadOnlyList<string> Warnings, int MoreWarnings, string Link);

internal enum Mood
{
    Bad,
    Uneasy,
    Good,
}
