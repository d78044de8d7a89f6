-- name: popular_category_by_age_group
-- title: Most popular category in each age group
-- task: 7
-- columns: age_group, category, category_count
-- tables: clean_pin, clean_user
-- chart: bar x=age_group y=category_count by=category

with grown_up_posts as (
    select
        case when u.age <= 24 then '18-24' when u.age <= 35 then '25-35' when u.age <= 50 then '36-50' else '50+' end as age_group,
        p.category
    from clean_user u
    join clean_pin p on p.ind = u.ind
    where u.age >= 18 and p.category is not null
),
category_counts as (
    select age_group, category, count(*) as category_count
    from grown_up_posts
    group by age_group, category
),
ranked as (
    select age_group, category, category_count, rank() over (partition by age_group order by category_count desc) as place
    from category_counts
)
select age_group, category, category_count
from ranked
where place = 1
order by age_group, category;
