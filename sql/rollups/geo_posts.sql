-- name: geo_posts
-- title: Posts, and the most followers of one, by country, year and category
-- columns: country_id, post_year, category_id, posts, top_followers
-- key: country_id, post_year, category_id
-- merge: posts sum, top_followers max
-- tables: fact_geo, fact_pin

select g.country_id, g.post_year, p.category_id, count(*) as posts, max(p.follower_count) as top_followers
from fact_geo g
join fact_pin p on p.ind = g.ind
group by g.country_id, g.post_year, p.category_id;
