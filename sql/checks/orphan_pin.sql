-- name: orphan_pin
-- title: Records in clean_pin whose post is missing in clean_geo or clean_user
-- severity: warn
-- columns: ind, in_clean_geo, in_clean_user
-- tables: clean_pin, clean_geo, clean_user

with found as (
    select
        s.ind,
        exists (select 1 from clean_geo x where x.ind = s.ind) as in_clean_geo,
        exists (select 1 from clean_user x where x.ind = s.ind) as in_clean_user
    from clean_pin s
)
select ind, in_clean_geo, in_clean_user
from found
where in_clean_geo = 0 or in_clean_user = 0;
