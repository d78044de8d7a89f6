using PinScheduler.Stages.Clean.Facts;

namespace PinScheduler.Stages.Clean.Rules;

internal sealed class GeoRules(Placeholders placeholders, Bounds bounds) : RecordRules(placeholders.Fields(Keys), Made, bounds)
{
    // as in Keys
    private const int Ind = 0;
    private const int Index = 1;
    private const int Timestamp = 2;
    private const int Latitude = 3;
    private const int Longitude = 4;
    private const int Country = 5;

    private const int LongestPair = (2 * Coordinate.Longest) + 4;

    private static readonly string[] Keys = ["ind", "index", "timestamp", "latitude", "longitude", "country"];
    private static readonly Column[] Made = [new("ind", Ind, Index), new("country", Country), new("coordinates", Latitude, Longitude), new("timestamp", Timestamp)];

    public override IReadOnlyDictionary<string, int> BoundsUsed => new Dictionary<string, int>
    {
        [nameof(Bounds.GroupedLength)] = Bounds.GroupedLength,
        [nameof(Bounds.Latitude)] = Bounds.Latitude,
        [nameof(Bounds.Longitude)] = Bounds.Longitude,
        [nameof(Bounds.FirstYear)] = Bounds.FirstYear,
        [nameof(Bounds.LastYear)] = Bounds.LastYear,
    };

    protected override (int First, int Second) IndexFields => (Ind, Index);

    protected override string? WriteColumns(JsonRecord record, ReadOnlySpan<byte> line, RowBuffer row, FactRow fact)
    {
        var country = record.Text(line, Country);
        var tooLong = Grouped(row, country, "country");
        Span<byte> coordinates = stackalloc byte[LongestPair];
        row.Text(coordinates[..WriteCoordinates(record, line, coordinates)]);
        Span<byte> timestamp = stackalloc byte[Instant.Length];
        var dated = record.Instant(line, Timestamp, Bounds, timestamp);
        row.Text(dated ? timestamp : []);
        if (tooLong is null)
        {
            fact.Set(country, dated ? Instant.YearOf(timestamp) : FactColumns.None);
        }

        return tooLong;
    }

    // a JSON array
    private int WriteCoordinates(JsonRecord record, ReadOnlySpan<byte> line, Span<byte> into)
    {
        into[0] = (byte)'[';
        var latitude = record.Degrees(line, Latitude, Bounds.Latitude, into[1..]);
        if (latitude == 0)
        {
            return 0;
        }

        var length = 1 + latitude;
        ", "u8.CopyTo(into[length..]);
        length += 2;
        var longitude = record.Degrees(line, Longitude, Bounds.Longitude, into[length..]);
        if (longitude == 0)
        {
            return 0;
        }

        length += longitude;
        into[length] = (byte)']';
        return length + 1;
    }
}
