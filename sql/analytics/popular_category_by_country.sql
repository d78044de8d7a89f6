-- name: popular_category_by_country
-- title: Most popular category in each country
-- task: 4
-- columns: country, category, category_count
-- key: country, category
-- tables: geo_posts, dim_country, dim_category
-- chart: bar x=country y=category_count by=category

with category_counts as (
    select country_id, category_id, sum(posts) as category_count
    from geo_posts
    where country_id <> 0 and category_id <> 0
    group by country_id, category_id
),
ranked as (
    select country_id, category_id, category_count, rank() over (partition by country_id order by category_count desc) as place
    from category_counts
)
select n.name as country, c.name as category, r.category_count
from ranked r
join dim_country n on n.id = r.country_id
join dim_category c on c.id = r.category_id
where r.place = 1
order by country, category;
