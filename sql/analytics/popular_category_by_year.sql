-- name: popular_category_by_year
-- title: Most popular category in each year, 2018 to 2022
-- task: 5
-- columns: post_year, category, category_count
-- tables: clean_pin, clean_geo
-- chart: bar x=post_year y=category_count by=category

with dated_posts as (
    select year(g.`timestamp`) as post_year, p.category
    from clean_geo g
    join clean_pin p on p.ind = g.ind
    where g.`timestamp` >= '2018-01-01' and g.`timestamp` < '2023-01-01' and p.category is not null
),
category_counts as (
    select post_year, category, count(*) as category_count
    from dated_posts
    group by post_year, category
),
ranked as (
    select post_year, category, category_count, rank() over (partition by post_year order by category_count desc) as place
    from category_counts
)
select post_year, category, category_count
from ranked
where place = 1
order by post_year, category;
