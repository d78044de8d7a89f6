using PinScheduler.Stages.Clean.Facts;

namespace PinScheduler.Stages.Clean.Rules;

internal sealed class UserRules(Placeholders placeholders) : RecordRules(placeholders.Fields(Keys), Names)
{
    private const int HighestAge = 150;

    // as in Keys
    private const int Ind = 0;
    private const int Index = 1;
    private const int FirstName = 2;
    private const int LastName = 3;
    private const int Age = 4;
    private const int DateJoined = 5;

    private static readonly string[] Keys = ["ind", "index", "first_name", "last_name", "age", "date_joined"];
    private static readonly string[] Names = ["ind", "user_name", "age", "date_joined"];

    protected override (int First, int Second) IndexFields => (Ind, Index);

    protected override string? WriteColumns(JsonRecord record, ReadOnlySpan<byte> line, RowBuffer row, FactRow fact)
    {
        row.Joined(record.Text(line, FirstName), record.Text(line, LastName));
        int? age = record.Whole(line, Age) is { } given and >= 0 and <= HighestAge ? given : null;
        row.Whole(age);
        Span<byte> joined = stackalloc byte[Instant.Length];
        var dated = Instant.TryWriteUtc(record.Text(line, DateJoined), joined);
        row.Text(dated ? joined : []);
        fact.Set(age, dated ? Instant.YearOf(joined) : FactColumns.None);
        return null;
    }
}
