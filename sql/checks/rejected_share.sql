-- name: rejected_share
-- title: Data sets of whose records many were rejected
-- severity: warn
-- threshold: 0.01
-- message: In {broken} of the data sets more than a share of {threshold} of the run's records was rejected; the table rejected_record says why, for each.
-- columns: data_set, records, rejected
-- tables: clean_pin, clean_geo, clean_user

select data_set, sum(records) as records, sum(rejected) as rejected
from cleaned_file
where run = @run
group by data_set
having sum(rejected) > sum(records) * @threshold
order by data_set;
