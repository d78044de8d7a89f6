-- name: median_followers_by_age_group
-- title: Median follower count in each age group
-- task: 8
-- columns: age_group, median_follower_count
-- key: age_group
-- tables: follower_histogram
-- chart: bar x=age_group y=median_follower_count

-- Exact by counting: of the posts in order of their followers, those rows that hold the middle one, or the two middle ones, are kept.
with histogram as (
    select age_group, follower_count, sum(posts) as posts
    from follower_histogram
    where age_group <> ''
    group by age_group, follower_count
),
counted as (
    select
        age_group,
        follower_count,
        posts,
        sum(posts) over (partition by age_group order by follower_count) as posts_so_far,
        sum(posts) over (partition by age_group) as all_posts
    from histogram
)
select age_group, avg(follower_count) as median_follower_count
from counted
where posts_so_far >= (all_posts + 1) div 2 and posts_so_far - posts < (all_posts + 2) div 2
group by age_group
order by age_group;
