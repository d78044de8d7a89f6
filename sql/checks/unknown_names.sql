-- name: unknown_names
-- title: Categories and countries that came up for the first time
-- severity: warn
-- message: {broken} categories or countries came up for the first time.
-- columns: column_name, name
-- tables: clean_pin, clean_geo

-- In a first run all would be new, and none is said to be.
with names as (
    select 'category' as column_name, name, seen_at from dim_category
    union all
    select 'country', name, seen_at from dim_country
),
first_seen as (
    select column_name, name, seen_at, min(seen_at) over (partition by column_name) as first_of_all
    from names
)
select s.column_name, s.name
from first_seen s
join run r on r.id = @run
where s.seen_at >= r.created_at and s.first_of_all < r.created_at
order by s.column_name, s.name;
