-- name: country_with_top_user
-- title: The country whose top poster has the most followers
-- task: 6.2
-- columns: country, follower_count
-- tables: clean_pin, clean_geo
-- chart: table

with country_counts as (
    select g.country, max(p.follower_count) as follower_count
    from clean_geo g
    join clean_pin p on p.ind = g.ind
    where g.country is not null and p.follower_count is not null
    group by g.country
)
select country, follower_count
from country_counts
order by follower_count desc, country
limit 1;
