-- name: records_dropped
-- title: Data sets with far fewer records than in the last runs
-- severity: warn
-- threshold: 0.5
-- message: {broken} of the data sets brought less than {threshold} times the records of the median of the last seven succeeded runs that were started alike.
-- columns: data_set, median_records, records_now
-- tables: clean_pin, clean_geo, clean_user

-- By hand one may ask for a few posts only: a scheduled run is compared with scheduled ones. Place 1 is this run.
with cleanings as (
    select
        r.id,
        substring(t.task_key, 7) as data_set,
        row_number() over (partition by t.task_key order by r.id = @run desc, r.ended_at desc, r.id desc) as place
    from run this_run
    join run r on r.pipeline = this_run.pipeline and r.`trigger` = this_run.`trigger` and (r.state = 'succeeded' or r.id = @run)
    join task_run t on t.run_id = r.id and t.task_key like 'clean-%' and t.state = 'succeeded'
    where this_run.id = @run
),
counted as (
    select c.data_set, c.place, coalesce(sum(f.records), 0) as records
    from cleanings c
    left join cleaned_file f on f.run = c.id and f.data_set = c.data_set
    where c.place <= 8
    group by c.data_set, c.place
),
ranked as (
    select
        data_set,
        records,
        row_number() over (partition by data_set order by records) as place,
        count(*) over (partition by data_set) as runs
    from counted
    where place > 1
),
medians as (
    select data_set, avg(records) as median_records
    from ranked
    where place in ((runs + 1) div 2, (runs + 2) div 2)
    group by data_set
)
select m.data_set, m.median_records, c.records as records_now
from medians m
join counted c on c.data_set = m.data_set and c.place = 1
where c.records < m.median_records * @threshold
order by m.data_set;
