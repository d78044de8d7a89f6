-- name: median_followers_by_join_year
-- title: Median follower count by the year of joining, 2015 to 2020
-- task: 10
-- columns: post_year, median_follower_count
-- tables: clean_pin, clean_user
-- chart: line x=post_year y=median_follower_count

-- Exact by counting: of the posts in order of their followers, those rows that hold the middle one, or the two middle ones, are kept.
with joiners_posts as (
    select year(u.date_joined) as post_year, p.follower_count
    from clean_user u
    join clean_pin p on p.ind = u.ind
    where u.date_joined >= '2015-01-01' and u.date_joined < '2021-01-01' and p.follower_count is not null
),
histogram as (
    select post_year, follower_count, count(*) as posts
    from joiners_posts
    group by post_year, follower_count
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
