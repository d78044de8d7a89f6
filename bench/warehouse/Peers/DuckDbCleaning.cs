using PinScheduler.Stages;

namespace WarehouseBench.Peers;

/// <summary>The cleaning rules as DuckDB's SQL, as far as they go in it.</summary>
internal static class DuckDbCleaning
{
    // Unicode's White_Space
    private const string White = "' ' || chr(9) || chr(10) || chr(11) || chr(12) || chr(13) || chr(133) || chr(160) || chr(5760) || chr(8192) || chr(8193) || chr(8194) || chr(8195) || chr(8196) || chr(8197) || chr(8198) || chr(8199) || chr(8200) || chr(8201) || chr(8202) || chr(8232) || chr(8233) || chr(8239) || chr(8287) || chr(12288)";

    /// <summary>Adds what is new in the files; equal rows are one.</summary>
    public static string Add(DataSet set, string files, bool first) => first
        ? $"create table {set.CleanTable} as select distinct * from ({Clean(set, files)})"
        : $"insert into {set.CleanTable} select * from ({Clean(set, files)}) except select * from {set.CleanTable}";

    private static string Clean(DataSet set, string files) => set.Key switch
    {
        "pin" => $"""
            select try_cast(index as integer) as ind, {Text("unique_id")}, {Text("title", "No Title Data Available")}, {Text("description", "No description available Story format", "No description available")},
                {Followers} as follower_count, {Text("poster_name", "User Info Error")}, {Text("tag_list", "N,o, ,T,a,g,s, ,A,v,a,i,l,a,b,l,e")}, {Text("is_image_or_video")},
                {Text("image_src", "Image src error.", "Image src error")}, nullif(trim(regexp_replace({Trimmed("save_location")}, '^Local save in ', ''), {White}), '') as save_location, {Text("category")}
            from {Read(files, "index", "unique_id", "title", "description", "poster_name", "follower_count", "tag_list", "is_image_or_video", "image_src", "save_location", "category")}
            where try_cast(index as integer) is not null
            """,
        "geo" => $"""
            select try_cast(ind as integer) as ind, {Text("country")},
                case when try_cast(latitude as double) between -90 and 90 and try_cast(longitude as double) between -180 and 180 then '[' || try_cast(latitude as double) || ', ' || try_cast(longitude as double) || ']' end as coordinates,
                {Instant("timestamp")}
            from {Read(files, "ind", "timestamp", "latitude", "longitude", "country")}
            where try_cast(ind as integer) is not null
            """,
        _ => $"""
            select try_cast(ind as integer) as ind, nullif({Trimmed("first_name")}, '') || ' ' || nullif({Trimmed("last_name")}, '') as user_name,
                case when try_cast(age as integer) between 0 and 150 then try_cast(age as integer) end as age, {Instant("date_joined")}
            from {Read(files, "ind", "first_name", "last_name", "age", "date_joined")}
            where try_cast(ind as integer) is not null
            """,
    };

    private static string Followers => $$"""
        case when regexp_full_match({{Trimmed("follower_count")}}, '([0-9]+|[0-9]{1,3}(,[0-9]{3})+)([.][0-9]+)? ?[kKmMbB]?') then
            try_cast(trunc(try_cast(regexp_replace({{Trimmed("follower_count")}}, '[^0-9.]', '', 'g') as decimal(28, 9)) * case right(lower({{Trimmed("follower_count")}}), 1) when 'k' then 1000 when 'm' then 1000000 when 'b' then 1000000000 else 1 end) as integer) end
        """;

    private static string Trimmed(string column) => $"trim({column}, {White})";

    private static string Text(string column, params string[] placeholders) => placeholders.Length == 0
        ? $"nullif({Trimmed(column)}, '') as {column}"
        : $"case when {Trimmed(column)} not in ('', {string.Join(", ", placeholders.Select(static text => $"'{text}'"))}) then {Trimmed(column)} end as {column}";

    private static string Instant(string column) => $$"""
        case when regexp_matches({{Trimmed(column)}}, '^[0-9]{4}-[0-9]{2}-[0-9]{2}') then try_cast({{Trimmed(column)}} as timestamp) end as "{{column}}"
        """;

    private static string Read(string files, params string[] columns) =>
        $"read_json({files}, format = 'newline_delimited', columns = {{{string.Join(", ", columns.Select(static column => $"'{column}': 'VARCHAR'"))}}})";
}
