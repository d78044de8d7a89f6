using PinScheduler.Stages.Clean.Facts;

namespace PinScheduler.Stages.Clean.Rules;

/// <summary>What becomes of one data set's records: the fields that it looks at and the row that it makes of them.</summary>
internal abstract class RecordRules(IReadOnlyList<Field> fields, IReadOnlyList<string> columns)
{
    // an index takes a key of so many utf8mb4 characters whole
    private const int GroupedLength = 255;

    public IReadOnlyList<Field> Fields { get; } = fields;

    /// <summary>The clean table's, in its order, without the technical ones.</summary>
    public IReadOnlyList<string> Columns { get; } = columns;

    /// <summary>The post's index: the first of these fields that is present counts.</summary>
    protected abstract (int First, int Second) IndexFields { get; }

    public static RecordRules Of(DataSet dataSet, Placeholders placeholders) => dataSet.Key switch
    {
        "pin" => new PinRules(placeholders),
        "geo" => new GeoRules(placeholders),
        "user" => new UserRules(placeholders),
        _ => throw new ArgumentException($"There are no cleaning rules for the data set '{dataSet.Key}'; give it a class of its own beside {nameof(PinRules)}.", nameof(dataSet)),
    };

    /// <returns>Null, or why the record is rejected; the row may be half written then.</returns>
    public string? TryWrite(JsonRecord record, ReadOnlySpan<byte> line, RowBuffer row, FactRow fact, out int ind)
    {
        ind = 0;
        var index = record.Has(IndexFields.First) ? IndexFields.First : IndexFields.Second;
        if (!record.Has(index))
        {
            return $"{Fields[IndexFields.First].Name} is missing";
        }

        if (record.Whole(line, index) is not { } whole)
        {
            return $"{Fields[index].Name} is not an integer from {int.MinValue} to {int.MaxValue}";
        }

        ind = whole;
        row.Whole(whole);
        return WriteColumns(record, line, row, fact);
    }

    protected abstract string? WriteColumns(JsonRecord record, ReadOnlySpan<byte> line, RowBuffer row, FactRow fact);

    /// <returns>Null, or that the text, which is grouped by and never cut, is too long for its column.</returns>
    protected static string? Grouped(RowBuffer row, ReadOnlySpan<byte> text, string column)
    {
        row.Text(text);
        return text.Length > GroupedLength && CodePoints(text) > GroupedLength
            ? $"{column} is longer than {GroupedLength} characters"
            : null;
    }

    private static int CodePoints(ReadOnlySpan<byte> text)
    {
        var count = 0;
        foreach (var unit in text)
        {
            count += (unit & 0xC0) == 0x80 ? 0 : 1;
        }

        return count;
    }
}
