-- name: user_posts
-- title: Posts by age group and category
-- columns: age_group, category_id, posts
-- key: age_group, category_id
-- merge: posts sum
-- tables: fact_user, fact_pin

select
    case when u.age <= 24 then '18-24' when u.age <= 35 then '25-35' when u.age <= 50 then '36-50' else '50+' end as age_group,
    p.category_id,
    count(*) as posts
from fact_user u
join fact_pin p on p.ind = u.ind
where u.age >= 18
group by age_group, p.category_id;
