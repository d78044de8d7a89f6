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
    public IEnumerable<DateTime> Between(DateTime after, DateTime upTo) =>
        upTo > after && _cron is not null ? _cron.GetOccurrences(Utc(after), Utc(upTo), Zone, fromInclusive: false, toInclusive: true) : [];

    /// <summary>All further instants, without end.</summary>
    public IEnumerable<DateTime> After(DateTime instant)
    {
        for (var next = Next(instant); next is { } known; next = Next(known))
        {
            yield return known;
        }
    }

    public DateTime? Next(DateTime after) => _cron?.GetNextOccurrence(Utc(after), Zone);

    public DateOnly DateOf(DateTime instant) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTimeFromUtc(Utc(instant), Zone));

    private static DateTime Utc(DateTime instant) => DateTime.SpecifyKind(instant, DateTimeKind.Utc);
}
