-- name: popular_category_by_country
-- title: Most popular category in each country
-- task: 4
-- columns: country, category, category_count
-- tables: clean_pin, clean_geo
-- chart: bar x=country y=category_count by=category

with category_counts as (
    select g.country, p.category, count(*) as category_count
    from clean_geo g
    join clean_pin p on p.ind = g.ind
    where g.country is not null and p.category is not null
    group by g.country, p.category
),
ranked as (
    select country, category, category_count, rank() over (partition by country order by category_count desc) as place
    from category_counts
)
select country, category, category_count
from ranked
where place = 1
order by country, category;
