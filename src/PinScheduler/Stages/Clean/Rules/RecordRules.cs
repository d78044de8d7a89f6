using PinScheduler.Stages.Clean.Facts;

namespace PinScheduler.Stages.Clean.Rules;

/// <summary>What becomes of one data set's records: the fields that it looks at and the row that it makes of them.</summary>
internal abstract class RecordRules(IReadOnlyList<Field> fields, IReadOnlyList<Column> columns, Bounds bounds)
{
    public IReadOnlyList<Field> Fields { get; } = fields;

    /// <summary>The clean table's, in its order, without the technical ones.</summary>
    public IReadOnlyList<string> Columns { get; } = [.. columns.Select(static column => column.Name)];

    /// <summary>What each of <see cref="Columns"/> is made of.</summary>
    public IReadOnlyList<Column> Sources { get; } = columns;

    /// <summary>Those of the bounds that this data set's rules look at.</summary>
    public abstract IReadOnlyDictionary<string, int> BoundsUsed { get; }

    protected Bounds Bounds { get; } = bounds;

    /// <summary>The post's index: the first of these fields that is present counts.</summary>
    protected abstract (int First, int Second) IndexFields { get; }

    public static RecordRules Of(DataSet dataSet, Placeholders placeholders) => Of(dataSet, placeholders, Bounds.Defaults);

    public static RecordRules Of(DataSet dataSet, Placeholders placeholders, Bounds bounds) => dataSet.Key switch
    {
        "pin" => new PinRules(placeholders, bounds),
        "geo" => new GeoRules(placeholders, bounds),
        "user" => new UserRules(placeholders, bounds),
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
    protected string? Grouped(RowBuffer row, ReadOnlySpan<byte> text, string column)
    {
        row.Text(text);
        return text.Length > Bounds.GroupedLength && CodePoints(text) > Bounds.GroupedLength
            ? $"{column} is longer than {Bounds.GroupedLength} characters"
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
