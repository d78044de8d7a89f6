-- name: orphan_user
-- title: Records in clean_user whose post is missing in clean_pin or clean_geo
-- severity: warn
-- columns: ind, in_clean_pin, in_clean_geo
-- tables: clean_pin, clean_geo, clean_user

with found as (
    select
        s.ind,
        exists (select 1 from clean_pin x where x.ind = s.ind) as in_clean_pin,
        exists (select 1 from clean_geo x where x.ind = s.ind) as in_clean_geo
    from clean_user s
)
select ind, in_clean_pin, in_clean_geo
from found
where in_clean_pin = 0 or in_clean_geo = 0;
