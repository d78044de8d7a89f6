-- name: median_followers_by_age_group_and_join_year
-- title: Median follower count by age group and year of joining, 2015 to 2020
-- task: 11
-- columns: age_group, post_year, median_follower_count
-- tables: clean_pin, clean_user
-- chart: line x=post_year y=median_follower_count by=age_group

-- Exact by counting: of the posts in order of their followers, those rows that hold the middle one, or the two middle ones, are kept.
with joiners_posts as (
    select
        case when u.age <= 24 then '18-24' when u.age <= 35 then '25-35' when u.age <= 50 then '36-50' else '50+' end as age_group,
        year(u.date_joined) as post_year,
        p.follower_count
    from clean_user u
    join clean_pin p on p.ind = u.ind
    where u.age >= 18 and u.date_joined >= '2015-01-01' and u.date_joined < '2021-01-01' and p.follower_count is not null
),
histogram as (
    select age_group, post_year, follower_count, count(*) as posts
    from joiners_posts
    group by age_group, post_year, follower_count
),
counted as (
    select
        age_group,
        post_year,
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
