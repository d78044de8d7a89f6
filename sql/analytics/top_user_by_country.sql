-- name: top_user_by_country
-- title: Posters with the most followers in each country
-- task: 6.1
-- columns: country, poster_name, follower_count
-- tables: clean_pin, clean_geo
-- chart: bar x=country y=follower_count by=poster_name

-- Grouped first, so that what is ranked is each poster once and not each post. A NULL poster_name is a poster like any other.
with poster_counts as (
    select g.country, p.poster_name, max(p.follower_count) as follower_count
    from clean_geo g
    join clean_pin p on p.ind = g.ind
    where g.country is not null and p.follower_count is not null
    group by g.country, p.poster_name
),
ranked as (
    select country, poster_name, follower_count, rank() over (partition by country order by follower_count desc) as place
    from poster_counts
)
select country, poster_name, follower_count
from ranked
where place = 1
order by follower_count desc, country, poster_name;
