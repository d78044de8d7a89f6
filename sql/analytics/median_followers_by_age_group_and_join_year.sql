-- name: median_followers_by_age_group_and_join_year
-- title: Median follower count by age group and year of joining, 2015 to 2020
-- task: 11
-- columns: age_group, post_year, median_follower_count
-- key: age_group, post_year
-- tables: follower_histogram
-- chart: line x=post_year y=median_follower_count by=age_group

-- Exact by counting: of the posts in order of their followers, those rows that hold the middle one, or the two middle ones, are kept.
with histogram as (
    select age_group, join_year as post_year, follower_count, sum(posts) as posts
    from follower_histogram
    where age_group <> '' and join_year between 2015 and 2020
    group by age_group, join_year, follower_count
),
counted as (
    select
        age_group, post_year,
        follower_count,
        posts,
        sum(posts) over (partition by age_group, post_year order by follower_count) as posts_so_far,
        sum(posts) over (partition by age_group, post_year) as all_posts
    from histogram
)
select age_group, post_year, avg(follower_count) as median_follower_count
from counted
where posts_so_far >= (all_posts + 1) div 2 and posts_so_far - posts < (all_posts + 2) div 2
group by age_group, post_year
order by age_group, post_year;
