-- name: country_with_top_user
-- title: The country whose top poster has the most followers
-- task: 6.2
-- columns: country, follower_count
-- key: country
-- tables: geo_posts, dim_country
-- chart: table

select n.name as country, max(p.top_followers) as follower_count
from geo_posts p
join dim_country n on n.id = p.country_id
where p.top_followers is not null
group by n.name
order by follower_count desc, country
limit 1;
