-- name: posted_before_joining
-- title: New posts that are older than their user's joining
-- severity: warn
-- message: {broken} posts, new in themselves or in their user, are older than the user's joining.
-- columns: ind, posted, joined
-- tables: clean_geo, clean_user, fact_geo, fact_user

-- What was new in earlier runs has been checked then. The years, in the narrow tables, leave few rows whose instants must be read.
with new_geo as (
    select g.ind, g.h, g.post_year
    from cleaned_file f
    straight_join fact_geo g on g.src = f.landing_file
    where f.run = @run and f.data_set = 'geo'
),
new_user as (
    select u.ind, u.h, u.join_year
    from cleaned_file f
    straight_join fact_user u on u.src = f.landing_file
    where f.run = @run and f.data_set = 'user'
),
pairs as (
    select g.ind, g.h as geo_h, u.h as user_h
    from new_geo g
    straight_join fact_user u on u.ind = g.ind and u.join_year >= g.post_year
    where g.post_year <> 0
    union
    select u.ind, g.h, u.h
    from new_user u
    straight_join fact_geo g on g.ind = u.ind and g.post_year <= u.join_year
    where g.post_year <> 0
)
select p.ind, g.`timestamp` as posted, u.date_joined as joined
from pairs p
join clean_geo g on g.ind = p.ind and g.h = p.geo_h
join clean_user u on u.ind = p.ind and u.h = p.user_h
where g.`timestamp` < u.date_joined
order by p.ind, posted, joined;
