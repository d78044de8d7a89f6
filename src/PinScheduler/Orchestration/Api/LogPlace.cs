using System.Globalization;

namespace PinScheduler.Orchestration.Api;

/// <summary>Where a line stands in a run's log, whose order is by time, then task, attempt and number; a task's own is by attempt and number.</summary>
internal sealed record LogPlace(DateTime Time, string Task, int Attempt, int Seq)
{
    public static LogPlace Of(LogLine line) => new(line.Time, line.Task, line.Attempt, line.Seq);

    /// <summary>As <see cref="ToString"/> wrote it.</summary>
    /// <exception cref="RefusedException">It is none.</exception>
    public static LogPlace Parse(string text) => text.Split('.', 4) is [var ticks, var attempt, var seq, { Length: > 0 } task]
        && long.TryParse(ticks, NumberStyles.None, CultureInfo.InvariantCulture, out var instant) && instant <= DateTime.MaxValue.Ticks
        && int.TryParse(attempt, NumberStyles.None, CultureInfo.InvariantCulture, out var tried) && int.TryParse(seq, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? new LogPlace(new DateTime(instant), task, tried, number)
            : throw RefusedException.Invalid($"'before' is '{text}'; it must be a place in the log, as the link to earlier lines has it.");

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Time.Ticks}.{Attempt}.{Seq}.{Task}");
}
