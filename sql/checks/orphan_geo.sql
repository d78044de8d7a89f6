-- name: orphan_geo
-- title: Records in clean_geo whose post is missing in clean_pin or clean_user
-- severity: warn
-- columns: ind, in_clean_pin, in_clean_user
-- tables: clean_pin, clean_geo, clean_user

with found as (
    select
        s.ind,
        exists (select 1 from clean_pin x where x.ind = s.ind) as in_clean_pin,
        exists (select 1 from clean_user x where x.ind = s.ind) as in_clean_user
    from clean_geo s
)
select ind, in_clean_pin, in_clean_user
from found
where in_clean_pin = 0 or in_clean_user = 0;
