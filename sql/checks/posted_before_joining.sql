-- name: posted_before_joining
-- title: New posts that are older than their user's joining
-- severity: warn
-- message: {broken} posts, new in themselves or in their user, are older than the user's joining.
-- columns: ind, posted, joined
-- tables: clean_geo, clean_user, fact_geo, fact_user

-- What was new in earlier runs has been checked then: new posts against all users, and new users against the posts of before, if there are
-- any. The years, in the narrow tables, leave few rows whose instants must be read.
with new_geo as (
    select g.ind, g.h, g.post_year
    from cleaned_file f
    straight_join fact_geo g on g.src = f.landing_file
    where f.run = @run and f.data_set = 'geo' and g.post_year <> 0
),
new_user as (
    select u.ind, u.h, u.join_year
    from cleaned_file f
    straight_join fact_user u on u.src = f.landing_file
    where f.run = @run and f.data_set = 'user'
        and exists (select 1 from cleaned_file earlier where earlier.data_set = 'geo' and earlier.run <> @run)
),
pairs as (
    select g.ind, g.h as geo_h, u.h as user_h
    from new_geo g
    straight_join fact_user u on u.ind = g.ind and u.join_year >= g.post_year
    union all
    select u.ind, g.h, u.h
    from new_user u
    straight_join fact_geo g on g.ind = u.ind and g.post_year <= u.join_year
    left join cleaned_file f on f.landing_file = g.src and f.run = @run
    where g.post_year <> 0 and f.run is null
)
select p.ind, g.`timestamp` as posted, u.date_joined as joined
from pairs p
straight_join clean_geo g on g.ind = p.ind and g.h = p.geo_h
straight_join clean_user u on u.ind = p.ind and u.h = p.user_h
where g.`timestamp` < u.date_joined
order by p.ind, posted, joined;
