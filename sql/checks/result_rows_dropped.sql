-- name: result_rows_dropped
-- title: Analyses with less than half the rows that they had in the last succeeded run
-- severity: warn
-- columns: analysis, rows_before, rows_now
-- tables: result:*

with earlier as (
    select a.analysis, a.row_count, row_number() over (partition by a.analysis order by r.ended_at desc, r.id desc) as runs_ago
    from analysis_result a
    join run r on r.id = a.run
    where r.state = 'succeeded' and r.id <> @run
)
select a.analysis, e.row_count as rows_before, a.row_count as rows_now
from analysis_result a
join earlier e on e.analysis = a.analysis and e.runs_ago = 1
where a.run = @run and a.row_count * 2 < e.row_count
order by a.analysis;
