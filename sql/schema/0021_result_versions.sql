-- How the server ran the query, where the run was asked to keep that; and when retention took the result's rows (the head stays, for checks compare with it).
alter table analysis_result add column plan longtext null, add column pruned_at datetime(6) null;
