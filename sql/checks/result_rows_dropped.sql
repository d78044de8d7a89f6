-- name: result_rows_dropped
-- title: Analyses with far fewer rows than in the last runs
-- severity: warn
-- threshold: 0.5
-- message: {broken} of the analyses have less than {threshold} times the rows that they had in the median of their last seven succeeded runs.
-- columns: analysis, median_rows, rows_now
-- tables: result:*

with earlier as (
    select a.analysis, a.row_count, row_number() over (partition by a.analysis order by r.ended_at desc, r.id desc) as runs_ago
    from analysis_result a
    join run r on r.id = a.run
    where r.state = 'succeeded' and r.id <> @run
),
ranked as (
    select
        analysis,
        row_count,
        row_number() over (partition by analysis order by row_count) as place,
        count(*) over (partition by analysis) as runs
    from earlier
    where runs_ago <= 7
),
medians as (
    select analysis, avg(row_count) as median_rows
    from ranked
    where place in ((runs + 1) div 2, (runs + 2) div 2)
    group by analysis
)
select a.analysis, m.median_rows, a.row_count as rows_now
from analysis_result a
join medians m on m.analysis = a.analysis
where a.run = @run and a.row_count < m.median_rows * @threshold
order by a.analysis;
