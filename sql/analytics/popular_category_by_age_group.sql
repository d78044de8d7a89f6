-- name: popular_category_by_age_group
-- title: Most popular category in each age group
-- task: 7
-- columns: age_group, category, category_count
-- key: age_group, category
-- tables: user_posts, dim_category
-- chart: bar x=age_group y=category_count by=category

with ranked as (
    select age_group, category_id, posts, rank() over (partition by age_group order by posts desc) as place
    from user_posts
    where category_id <> 0
)
select r.age_group, c.name as category, r.posts as category_count
from ranked r
join dim_category c on c.id = r.category_id
where r.place = 1
order by r.age_group, category;
