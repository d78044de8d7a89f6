-- name: popular_category_by_year
-- title: Most popular category in each year, 2018 to 2022
-- task: 5
-- columns: post_year, category, category_count
-- key: post_year, category
-- tables: geo_posts, dim_category
-- chart: bar x=post_year y=category_count by=category

with category_counts as (
    select post_year, category_id, sum(posts) as category_count
    from geo_posts
    where post_year between 2018 and 2022 and category_id <> 0
    group by post_year, category_id
),
ranked as (
    select post_year, category_id, category_count, rank() over (partition by post_year order by category_count desc) as place
    from category_counts
)
select r.post_year, c.name as category, r.category_count
from ranked r
join dim_category c on c.id = r.category_id
where r.place = 1
order by r.post_year, category;
