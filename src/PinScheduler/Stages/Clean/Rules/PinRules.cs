using PinScheduler.Stages.Clean.Facts;

namespace PinScheduler.Stages.Clean.Rules;

internal sealed class PinRules(Placeholders placeholders, Bounds bounds) : RecordRules(placeholders.Fields(Keys), Made, bounds)
{
    // as in Keys
    private const int Index = 0;
    private const int Ind = 1;
    private const int UniqueId = 2;
    private const int Title = 3;
    private const int Description = 4;
    private const int PosterName = 5;
    private const int FollowerCount = 6;
    private const int TagList = 7;
    private const int IsImageOrVideo = 8;
    private const int ImageSrc = 9;
    private const int SaveLocation = 10;
    private const int Category = 11;

    private static readonly string[] Keys = ["index", "ind", "unique_id", "title", "description", "poster_name", "follower_count", "tag_list", "is_image_or_video", "image_src", "save_location", "category"];

    private static readonly Column[] Made =
    [
        new("ind", Index, Ind), new("unique_id", UniqueId), new("title", Title), new("description", Description), new("follower_count", FollowerCount), new("poster_name", PosterName),
        new("tag_list", TagList), new("is_image_or_video", IsImageOrVideo), new("image_src", ImageSrc), new("save_location", SaveLocation), new("category", Category),
    ];

    public override IReadOnlyDictionary<string, int> BoundsUsed => new Dictionary<string, int> { [nameof(Bounds.GroupedLength)] = Bounds.GroupedLength };

    protected override (int First, int Second) IndexFields => (Index, Ind);

    protected override string? WriteColumns(JsonRecord record, ReadOnlySpan<byte> line, RowBuffer row, FactRow fact)
    {
        row.Text(record.Text(line, UniqueId));
        row.Text(record.Text(line, Title));
        row.Text(record.Text(line, Description));
        var followers = record.Followers(line, FollowerCount);
        row.Whole(followers);
        var tooLong = Grouped(row, record.Text(line, PosterName), "poster_name");
        row.Text(record.Text(line, TagList));
        row.Text(record.Text(line, IsImageOrVideo));
        row.Text(record.Text(line, ImageSrc));
        row.Text(PathOf(record, record.Text(line, SaveLocation)));
        var category = record.Text(line, Category);
        tooLong ??= Grouped(row, category, "category");
        if (tooLong is null)
        {
            fact.Set(category, followers);
        }

        return tooLong;
    }

    private static ReadOnlySpan<byte> PathOf(JsonRecord record, ReadOnlySpan<byte> saveLocation)
    {
        var prefix = "Local save in "u8;
        if (!saveLocation.StartsWith(prefix))
        {
            return saveLocation;
        }

        var path = WhiteSpace.Trim(saveLocation[prefix.Length..]);
        record.Trace?.Did(SaveLocation, "prefix cut", path);
        return path;
    }
}
