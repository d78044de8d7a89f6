-- name: orphan_user
-- title: New records in clean_user whose post is missing in clean_pin or clean_geo
-- severity: warn
-- message: {broken} of the run's new records in clean_user have no record of their post in clean_pin or clean_geo. (They may still come.)
-- columns: ind, in_clean_pin, in_clean_geo
-- tables: fact_user, fact_pin, fact_geo

-- What was new in earlier runs has been checked then: a night's checks cost what is new in it.
with new_rows as (
    select n.ind
    from cleaned_file f
    straight_join fact_user n on n.src = f.landing_file
    where f.run = @run and f.data_set = 'user'
),
found as (
    select
        ind,
        exists (select 1 from fact_pin x where x.ind = new_rows.ind) as in_clean_pin,
        exists (select 1 from fact_geo x where x.ind = new_rows.ind) as in_clean_geo
    from new_rows
)
select ind, in_clean_pin, in_clean_geo
from found
where in_clean_pin = 0 or in_clean_geo = 0;
