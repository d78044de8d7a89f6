using PinScheduler.Stages.Clean.Facts;

namespace PinScheduler.Stages.Clean.Rules;

internal sealed class GeoRules(Placeholders placeholders) : RecordRules(placeholders.Fields(Keys), Names)
{
    // as in Keys
    private const int Ind = 0;
    private const int Index = 1;
    private const int Timestamp = 2;
    private const int Latitude = 3;
    private const int Longitude = 4;
    private const int Country = 5;

    private static readonly string[] Keys = ["ind", "index", "timestamp", "latitude", "longitude", "country"];
    private static readonly string[] Names = ["ind", "country", "coordinates", "timestamp"];

    protected override (int First, int Second) IndexFields => (Ind, Index);

    protected override string? WriteColumns(JsonRecord record, ReadOnlySpan<byte> line, RowBuffer row, FactRow fact)
    {
        var country = record.Text(line, Country);
        var tooLong = Grouped(row, country, "country");
        Span<byte> coordinates = stackalloc byte[60];
        row.Text(record.Degrees(line, Latitude, 90) is { } latitude && record.Degrees(line, Longitude, 180) is { } longitude
            ? Coordinate.Write(latitude, longitude, coordinates)
            : []);
        Span<byte> timestamp = stackalloc byte[Instant.Length];
        var dated = Instant.TryWriteUtc(record.Text(line, Timestamp), timestamp);
        row.Text(dated ? timestamp : []);
        if (tooLong is null)
        {
            fact.Set(country, dated ? Instant.YearOf(timestamp) : FactColumns.None);
        }

        return tooLong;
    }
}
