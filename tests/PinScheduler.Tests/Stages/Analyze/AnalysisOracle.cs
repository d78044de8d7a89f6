namespace PinScheduler.Tests.Stages.Analyze;

/// <summary>The analyses once more, from pipeline.md §5 alone, in LINQ: what SQL must agree with.</summary>
internal static class AnalysisOracle
{
    public static Dictionary<string, List<string>> Answers(IReadOnlyList<PinRow> pins, IReadOnlyList<GeoRow> geos, IReadOnlyList<UserRow> users)
    {
        var placed = (from g in geos from p in pins where p.Ind == g.Ind select (Geo: g, Pin: p)).ToList();
        var owned = (from u in users from p in pins where p.Ind == u.Ind select (User: u, Pin: p)).ToList();

        var byCountry = Counts(placed.Where(x => x.Geo.Country != null && x.Pin.Category != null).Select(x => (x.Geo.Country!, x.Pin.Category!)));
        var byYear = Counts(placed.Where(x => x.Geo.Timestamp?.Year is >= 2018 and <= 2022 && x.Pin.Category != null).Select(x => ($"{x.Geo.Timestamp!.Value.Year}", x.Pin.Category!)));
        var byAge = Counts(owned.Where(x => AgeGroup(x.User) != null && x.Pin.Category != null).Select(x => (AgeGroup(x.User)!, x.Pin.Category!)));
        var tops = placed.Where(x => x.Geo.Country != null && x.Pin.FollowerCount != null)
            .GroupBy(x => x.Geo.Country!)
            .Select(country => (Country: country.Key, Most: country.Max(x => x.Pin.FollowerCount!.Value), Posts: country))
            .ToList();
        var counted = owned.Where(x => x.Pin.FollowerCount != null).ToList();

        return new()
        {
            ["popular_category_by_country"] = Lines(Tops(byCountry)),
            ["category_count_by_year"] = Lines(byYear),
            ["popular_category_by_year"] = Lines(Tops(byYear)),
            ["top_user_by_country"] = [.. tops.SelectMany(top => top.Posts.Where(x => x.Pin.FollowerCount == top.Most).Select(x => x.Pin.PosterName).Distinct().Select(poster => $"{top.Country}|{poster ?? "∅"}|{top.Most}"))],
            ["country_with_top_user"] = [.. tops.OrderByDescending(top => top.Most).ThenBy(top => top.Country, StringComparer.Ordinal).Take(1).Select(top => $"{top.Country}|{top.Most}")],
            ["category_count_by_age_group"] = Lines(byAge),
            ["popular_category_by_age_group"] = Lines(Tops(byAge)),
            ["median_followers_by_age_group"] = Medians(counted.Select(x => (AgeGroup(x.User), x.Pin.FollowerCount!.Value))),
            ["users_joined_by_year"] = [.. users.Select(JoinYear).Where(year => year != null).GroupBy(year => year).Select(year => $"{year.Key}|{year.Count()}")],
            ["median_followers_by_join_year"] = Medians(counted.Select(x => (JoinYear(x.User), x.Pin.FollowerCount!.Value))),
            ["median_followers_by_age_group_and_join_year"] = Medians(counted.Select(x =>
                (AgeGroup(x.User) is { } age && JoinYear(x.User) is { } year ? $"{age}|{year}" : null, x.Pin.FollowerCount!.Value))),
        };
    }

    private static string? AgeGroup(UserRow user) => user.Age switch
    {
        >= 18 and <= 24 => "18-24",
        >= 25 and <= 35 => "25-35",
        >= 36 and <= 50 => "36-50",
        > 50 => "50+",
        _ => null,
    };

    private static string? JoinYear(UserRow user) => user.DateJoined?.Year is >= 2015 and <= 2020 ? $"{user.DateJoined.Value.Year}" : null;

    private static List<(string Group, string Category, int Count)> Counts(IEnumerable<(string Group, string Category)> posts) =>
        [.. posts.GroupBy(post => post).Select(same => (same.Key.Group, same.Key.Category, same.Count()))];

    private static IEnumerable<(string Group, string Category, int Count)> Tops(List<(string Group, string Category, int Count)> counts) =>
        counts.Where(row => row.Count == counts.Where(other => other.Group == row.Group).Max(other => other.Count));

    private static List<string> Lines(IEnumerable<(string Group, string Category, int Count)> rows) => [.. rows.Select(row => $"{row.Group}|{row.Category}|{row.Count}")];

    private static List<string> Medians(IEnumerable<(string? Group, int Followers)> posts) =>
        [.. posts.Where(post => post.Group != null).GroupBy(post => post.Group).Select(group =>
        {
            var sorted = group.Select(post => (long)post.Followers).Order().ToList();
            var twice = sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2];
            return $"{group.Key}|{twice / 2}{(twice % 2 == 0 ? "" : ".5")}";
        })];
}
