-- name: median_followers_by_age_group
-- title: Median follower count in each age group
-- task: 8
-- columns: age_group, median_follower_count
-- tables: clean_pin, clean_user
-- chart: bar x=age_group y=median_follower_count

-- Exact by counting: of the posts in order of their followers, those rows that hold the middle one, or the two middle ones, are kept.
with grown_up_posts as (
    select
        case when u.age <= 24 then '18-24' when u.age <= 35 then '25-35' when u.age <= 50 then '36-50' else '50+' end as age_group,
        p.follower_count
    from clean_user u
    join clean_pin p on p.ind = u.ind
    where u.age >= 18 and p.follower_count is not null
),
histogram as (
    select age_group, follower_count, count(*) as posts
    from grown_up_posts
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
