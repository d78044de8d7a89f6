-- name: posted_before_joining
-- title: Posts that are older than their user's joining
-- severity: warn
-- columns: ind, posted, joined
-- tables: clean_geo, clean_user

select g.ind, g.`timestamp` as posted, u.date_joined as joined
from clean_geo g
join clean_user u on u.ind = g.ind
where g.`timestamp` < u.date_joined;
