-- name: category_count_by_year
-- title: Posts in each category and year, 2018 to 2022
-- task: 5
-- columns: post_year, category, category_count
-- key: post_year, category
-- tables: geo_posts, dim_category
-- chart: line x=post_year y=category_count by=category

select p.post_year, c.name as category, sum(p.posts) as category_count
from geo_posts p
join dim_category c on c.id = p.category_id
where p.post_year between 2018 and 2022
group by p.post_year, c.name
order by p.post_year, category;
