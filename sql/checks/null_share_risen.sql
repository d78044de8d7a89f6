-- name: null_share_risen
-- title: Columns that are empty far more often than in the last runs
-- severity: warn
-- threshold: 0.05
-- message: In {broken} columns the share of empty values is more than {threshold} above that of the last seven runs.
-- columns: data_set, column_name, share_before, share_now
-- tables: clean_pin, clean_geo, clean_user

-- Cleaning counts the NULLs of each file, so no row is read again. Fewer than a hundred rows say nothing about shares.
with checked_columns as (
    select 'pin' as data_set, 'unique_id' as column_name
    union all select 'pin', 'title'
    union all select 'pin', 'description'
    union all select 'pin', 'follower_count'
    union all select 'pin', 'poster_name'
    union all select 'pin', 'tag_list'
    union all select 'pin', 'is_image_or_video'
    union all select 'pin', 'image_src'
    union all select 'pin', 'save_location'
    union all select 'pin', 'category'
    union all select 'geo', 'country'
    union all select 'geo', 'coordinates'
    union all select 'geo', 'timestamp'
    union all select 'user', 'user_name'
    union all select 'user', 'age'
    union all select 'user', 'date_joined'
),
earlier as (
    select id from run where state = 'succeeded' and id <> @run order by id desc limit 7
),
counted as (
    select
        c.data_set,
        c.column_name,
        f.run = @run as is_now,
        sum(coalesce(json_extract(f.nulls, concat('$.', c.column_name)), 0)) as empty_values,
        sum(f.accepted + f.duplicates) as all_values
    from checked_columns c
    join cleaned_file f on f.data_set = c.data_set
    where f.nulls is not null and (f.run = @run or f.run in (select id from earlier))
    group by c.data_set, c.column_name, is_now
    having all_values >= 100
)
select n.data_set, n.column_name, round(b.empty_values / b.all_values, 4) as share_before, round(n.empty_values / n.all_values, 4) as share_now
from counted n
join counted b on b.data_set = n.data_set and b.column_name = n.column_name and b.is_now = 0
where n.is_now = 1 and n.empty_values / n.all_values > b.empty_values / b.all_values + @threshold
order by n.data_set, n.column_name;
