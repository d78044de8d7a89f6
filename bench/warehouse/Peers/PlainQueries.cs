namespace WarehouseBench.Peers;

/// <summary>The eleven results as the original's notebooks ask for them: each by itself, straight from the clean tables.</summary>
internal static class PlainQueries
{
    private const string AgeGroup = "case when u.age <= 24 then '18-24' when u.age <= 35 then '25-35' when u.age <= 50 then '36-50' else '50+' end";

    /// <param name="medianOver">Whether medians are asked for by a window over all posts, the only way that the server has, or by an aggregate.</param>
    public static IEnumerable<(string Analysis, string Sql)> All(bool medianOver)
    {
        yield return ("popular_category_by_country", Top(
            "select g.country, p.category, count(*) as category_count from clean_pin p join clean_geo g on g.ind = p.ind where g.country is not null and p.category is not null group by g.country, p.category", "country"));
        var byYear = "select year(g.timestamp) as post_year, p.category, count(*) as category_count from clean_pin p join clean_geo g on g.ind = p.ind where year(g.timestamp) between 2018 and 2022 and p.category is not null group by year(g.timestamp), p.category";
        yield return ("category_count_by_year", byYear);
        yield return ("popular_category_by_year", Top(byYear, "post_year"));
        yield return ("top_user_by_country", """
            with posts as (
                select g.country, p.poster_name, p.follower_count, max(p.follower_count) over (partition by g.country) as top
                from clean_pin p join clean_geo g on g.ind = p.ind where g.country is not null and p.follower_count is not null
            )
            select distinct country, poster_name, follower_count from posts where follower_count = top
            """);
        yield return ("country_with_top_user", "select g.country, max(p.follower_count) as follower_count from clean_pin p join clean_geo g on g.ind = p.ind where g.country is not null and p.follower_count is not null group by g.country order by follower_count desc, g.country limit 1");
        var byAge = $"select {AgeGroup} as age_group, p.category, count(*) as category_count from clean_pin p join clean_user u on u.ind = p.ind where u.age >= 18 and p.category is not null group by {AgeGroup}, p.category";
        yield return ("category_count_by_age_group", byAge);
        yield return ("popular_category_by_age_group", Top(byAge, "age_group"));
        yield return ("median_followers_by_age_group", Median("u.age >= 18", "age_group", medianOver));
        yield return ("users_joined_by_year", "select year(date_joined) as post_year, count(*) as number_users_joined from clean_user where year(date_joined) between 2015 and 2020 group by year(date_joined)");
        yield return ("median_followers_by_join_year", Median("year(u.date_joined) between 2015 and 2020", "post_year", medianOver));
        yield return ("median_followers_by_age_group_and_join_year", Median("u.age >= 18 and year(u.date_joined) between 2015 and 2020", "age_group, post_year", medianOver));
    }

    private static string Top(string counts, string group) =>
        $"with counts as ({counts}), ranked as (select c.*, rank() over (partition by {group} order by category_count desc) as place from counts c) select {group}, category, category_count from ranked where place = 1";

    private static string Median(string condition, string keys, bool over) =>
        $"with posts as (select {AgeGroup} as age_group, year(u.date_joined) as post_year, p.follower_count from clean_pin p join clean_user u on u.ind = p.ind where {condition} and p.follower_count is not null) "
        + (over ? $"select distinct {keys}, median(follower_count) over (partition by {keys}) as median_follower_count from posts" : $"select {keys}, median(follower_count) as median_follower_count from posts group by {keys}");
}
