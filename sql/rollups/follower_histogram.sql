-- name: follower_histogram
-- title: Posts by age group, year of joining and followers
-- columns: age_group, join_year, follower_count, posts
-- key: age_group, join_year, follower_count
-- merge: posts sum
-- tables: fact_user, fact_pin

-- The medians are counted out of it. Users of no age group ('') count for the years alone. Said as a sum, and with a column that no key
-- has, the condition keeps the server from going through the posts by their followers, each with its user somewhere else.
select
    case when u.age < 18 or u.age is null then '' when u.age <= 24 then '18-24' when u.age <= 35 then '25-35' when u.age <= 50 then '36-50' else '50+' end as age_group,
    u.join_year,
    p.follower_count,
    count(*) as posts
from fact_user u
join fact_pin p on p.ind = u.ind
where p.follower_count + 0 is not null and p.category_id is not null
group by age_group, u.join_year, p.follower_count;
