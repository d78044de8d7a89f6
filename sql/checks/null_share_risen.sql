-- name: null_share_risen
-- title: Columns with far more NULLs than in the last runs
-- severity: warn
-- threshold: 0.1
-- message: In {broken} columns the share of NULLs is more than {threshold} above that of the last seven succeeded runs.
-- columns: data_set, column_name, share_before, share_now
-- tables: clean_pin, clean_geo, clean_user

-- Of records that were not rejected; the cleaned files keep how many NULLs each column had. Runs that cleaned nothing are passed over.
with runs as (
    select r.id, row_number() over (order by r.id = @run desc, r.id desc) as place
    from run this_run
    join run r on r.pipeline = this_run.pipeline and (r.state = 'succeeded' or r.id = @run)
    where this_run.id = @run and exists (select 1 from cleaned_file f where f.run = r.id and f.records > 0)
),
files as (
    select r.id = @run as is_now, f.data_set, f.records - f.rejected as records, f.nulls
    from runs r
    join cleaned_file f on f.run = r.id
    where r.place <= 8 and f.nulls is not null
),
totals as (
    select is_now, data_set, sum(records) as records
    from files
    group by is_now, data_set
),
counted as (
    select f.is_now, f.data_set, k.column_name, sum(json_extract(f.nulls, concat('$.', k.column_name))) as nulls
    from files f
    join json_table(json_keys(f.nulls), '$[*]' columns (column_name varchar(64) path '$')) k
    group by f.is_now, f.data_set, k.column_name
),
shares as (
    select c.data_set, c.column_name, coalesce(b.nulls, 0) / nullif(tb.records, 0) as share_before, c.nulls / t.records as share_now
    from counted c
    join totals t on t.data_set = c.data_set and t.is_now = 1
    join totals tb on tb.data_set = c.data_set and tb.is_now = 0
    left join counted b on b.data_set = c.data_set and b.column_name = c.column_name and b.is_now = 0
    where c.is_now = 1
)
select data_set, column_name, round(share_before, 4) as share_before, round(share_now, 4) as share_now
from shares
where share_now > share_before + @threshold
order by data_set, column_name;
