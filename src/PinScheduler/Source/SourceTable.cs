using PinScheduler.Hosting;
using PinScheduler.Source.Generator;
using PinScheduler.Stages;

namespace PinScheduler.Source;

/// <summary>One source table: its definition in sql/source, and how its rows are made.</summary>
internal sealed record SourceTable(string Name, string[] Columns, Func<SourceRows, long, object?[]> Row)
{
    public static IReadOnlyList<SourceTable> All { get; } =
    [
        new(DataSet.Pin.SourceTable, ["index", "unique_id", "title", "description", "poster_name", "follower_count", "tag_list", "is_image_or_video", "image_src", "downloaded", "save_location", "category"], static (rows, post) => rows.Pin(post)),
        new(DataSet.Geo.SourceTable, ["ind", "timestamp", "latitude", "longitude", "country"], static (rows, post) => rows.Geo(post)),
        new(DataSet.User.SourceTable, ["ind", "first_name", "last_name", "age", "date_joined"], static (rows, post) => rows.User(post)),
    ];

    /// <summary>The table while it is filled: what carries this name is no source yet.</summary>
    public string Unfinished => "seeding_" + Name;

    /// <summary>The table that a new one has replaced, until it is dropped.</summary>
    public string Replaced => "replaced_" + Name;

    public string Definition(SqlFolder sql, string name, string comment)
    {
        var file = Path.Combine(sql.Path, "source", Name + ".sql");
        var text = File.ReadAllText(file).TrimEnd().TrimEnd(';');
        var create = "create table " + Name;
        return text.Contains(create, StringComparison.Ordinal)
            ? text.Replace(create, "create table " + name) + $" comment = '{comment}'"
            : throw new InvalidOperationException($"'{file}' does not say '{create}'; the generator has no table to fill.");
    }
}
