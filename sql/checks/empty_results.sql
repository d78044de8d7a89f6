-- name: empty_results
-- title: Analyses without a row although there are posts
-- severity: warn
-- columns: analysis
-- tables: clean_pin, clean_geo, clean_user, result:*

select a.analysis
from analysis_result a
where a.run = @run
    and a.row_count = 0
    and exists (select 1 from clean_pin)
    and exists (select 1 from clean_geo)
    and exists (select 1 from clean_user)
order by a.analysis;
