-- name: category_count_by_age_group
-- title: Posts in each category and age group
-- task: 7
-- columns: age_group, category, category_count
-- tables: clean_pin, clean_user
-- chart: bar x=category y=category_count by=age_group

with grown_up_posts as (
    select
        case when u.age <= 24 then '18-24' when u.age <= 35 then '25-35' when u.age <= 50 then '36-50' else '50+' end as age_group,
        p.category
    from clean_user u
    join clean_pin p on p.ind = u.ind
    where u.age >= 18 and p.category is not null
)
select age_group, category, count(*) as category_count
from grown_up_posts
group by age_group, category
order by age_group, category;
