-- name: top_user_by_country
-- title: Posters with the most followers in each country
-- task: 6.1
-- columns: country, poster_name, follower_count
-- tables: geo_posts, fact_geo, fact_pin, clean_pin, dim_country
-- chart: bar x=country y=follower_count by=poster_name

-- Of all posts, only those with as many followers as some country's top are looked at, found by the key on follower_count: no server
-- sees that these are few, so the order of the joins is told. A NULL poster_name is a poster like any other.
with tops as (
    select country_id, max(top_followers) as follower_count
    from geo_posts
    where country_id <> 0 and top_followers is not null
    group by country_id
),
top_counts as (
    select distinct follower_count
    from tops
),
top_posts as (
    select straight_join distinct t.country_id, p.ind, p.h, t.follower_count
    from top_counts c
    join fact_pin p on p.follower_count = c.follower_count
    join fact_geo g on g.ind = p.ind
    join tops t on t.country_id = g.country_id and t.follower_count = p.follower_count
)
select straight_join distinct n.name as country, c.poster_name, p.follower_count
from top_posts p
join clean_pin c on c.ind = p.ind and c.h = p.h
join dim_country n on n.id = p.country_id
order by follower_count desc, country, poster_name;
