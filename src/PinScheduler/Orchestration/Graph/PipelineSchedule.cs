using Cronos;

namespace PinScheduler.Orchestration.Graph;

/// <summary>A pipeline's cron expression in its time zone.</summary>
internal sealed class PipelineSchedule(string? cron, string timeZone)
{
    private readonly CronExpression? _cron = cron is null ? null : Parse(cron);

    public TimeZoneInfo Zone { get; } = TimeZoneInfo.FindSystemTimeZoneById(timeZone);

    public static CronExpression Parse(string cron) =>
        CronExpression.Parse(cron, cron.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries).Length == 6 ? CronFormat.IncludeSeconds : CronFormat.Standard);

    /// <summary>The instants after the one and up to the other.</summary>
    public IEnumerable<DateTime> Between(DateTime after, DateTime upTo) => After(after).TakeWhile(instant => instant <= upTo);

    /// <summary>All further instants, without end.</summary>
    public IEnumerable<DateTime> After(DateTime instant)
    {
        for (var next = Next(instant); next is { } known; next = Next(known))
        {
            yield return known;
        }
    }

    public DateTime? Next(DateTime after)
    {
        // where a zone leaves out a whole day (Apia, 30 December 2011), Cronos gives the instant that it was asked to go on from, for ever
        for (var from = Utc(after); ; from = from.AddMinutes(1))
        {
            var next = _cron?.GetNextOccurrence(from, Zone);
            if (next is null || next > after)
            {
                return next;
            }
        }
    }

    public DateOnly DateOf(DateTime instant) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTimeFromUtc(Utc(instant), Zone));

    private static DateTime Utc(DateTime instant) => DateTime.SpecifyKind(instant, DateTimeKind.Utc);
}
