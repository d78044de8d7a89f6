-- name: median_followers_by_join_year
-- title: Median follower count by the year of joining, 2015 to 2020
-- task: 10
-- columns: post_year, median_follower_count
-- key: post_year
-- tables: follower_histogram
-- chart: line x=post_year y=median_follower_count

-- Exact by counting: of the posts in order of their followers, those rows that hold the middle one, or the two middle ones, are kept.
with histogram as (
    select join_year as post_year, follower_count, sum(posts) as posts
    from follower_histogram
    where join_year between 2015 and 2020
    group by join_year, follower_count
),
counted as (
    select
        post_year,
        follower_count,
        posts,
        sum(posts) over (partition by post_year order by follower_count) as posts_so_far,
        sum(posts) over (partition by post_year) as all_posts
    from histogram
)
select post_year, avg(follower_count) as median_follower_count
from counted
where posts_so_far >= (all_posts + 1) div 2 and posts_so_far - posts < (all_posts + 2) div 2
group by post_year
order by post_year;
