-- name: orphan_pin
-- title: New records in clean_pin whose post is missing in clean_geo or clean_user
-- severity: warn
-- message: {broken} of the run's new records in clean_pin have no record of their post in clean_geo or clean_user. (They may still come.)
-- columns: ind, in_clean_geo, in_clean_user
-- tables: fact_pin, fact_geo, fact_user

-- What was new in earlier runs has been checked then: a night's checks cost what is new in it.
with new_rows as (
    select n.ind
    from cleaned_file f
    straight_join fact_pin n on n.src = f.landing_file
    where f.run = @run and f.data_set = 'pin'
),
found as (
    select
        ind,
        exists (select 1 from fact_geo x where x.ind = new_rows.ind) as in_clean_geo,
        exists (select 1 from fact_user x where x.ind = new_rows.ind) as in_clean_user
    from new_rows
)
select ind, in_clean_geo, in_clean_user
from found
where in_clean_geo = 0 or in_clean_user = 0;
