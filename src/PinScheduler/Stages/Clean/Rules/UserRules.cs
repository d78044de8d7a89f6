using PinScheduler.Stages.Clean.Facts;

namespace PinScheduler.Stages.Clean.Rules;

internal sealed class UserRules(Placeholders placeholders, Bounds bounds) : RecordRules(placeholders.Fields(Keys), Made, bounds)
{
    // as in Keys
    private const int Ind = 0;
    private const int Index = 1;
    private const int FirstName = 2;
    private const int LastName = 3;
    private const int Age = 4;
    private const int DateJoined = 5;

    private static readonly string[] Keys = ["ind", "index", "first_name", "last_name", "age", "date_joined"];
    private static readonly Column[] Made = [new("ind", Ind, Index), new("user_name", FirstName, LastName), new("age", Age), new("date_joined", DateJoined)];

    public override IReadOnlyDictionary<string, int> BoundsUsed => new Dictionary<string, int>
    {
        [nameof(Bounds.LeastAge)] = Bounds.LeastAge,
        [nameof(Bounds.MostAge)] = Bounds.MostAge,
        [nameof(Bounds.FirstYear)] = Bounds.FirstYear,
        [nameof(Bounds.LastYear)] = Bounds.LastYear,
    };

    protected override (int First, int Second) IndexFields => (Ind, Index);

    protected override string? WriteColumns(JsonRecord record, ReadOnlySpan<byte> line, RowBuffer row, FactRow fact)
    {
        row.Joined(record.Text(line, FirstName), record.Text(line, LastName));
        var age = record.Whole(line, Age, Bounds.LeastAge, Bounds.MostAge);
        row.Whole(age);
        Span<byte> joined = stackalloc byte[Instant.Length];
        var dated = record.Instant(line, DateJoined, Bounds, joined);
        row.Text(dated ? joined : []);
        fact.Set(age, dated ? Instant.YearOf(joined) : FactColumns.None);
        return null;
    }
}
