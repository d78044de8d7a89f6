-- name: category_count_by_age_group
-- title: Posts in each category and age group
-- task: 7
-- columns: age_group, category, category_count
-- key: age_group, category
-- tables: user_posts, dim_category
-- chart: bar x=category y=category_count by=age_group

select p.age_group, c.name as category, p.posts as category_count
from user_posts p
join dim_category c on c.id = p.category_id
order by p.age_group, category;
