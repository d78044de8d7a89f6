-- The newest lines of a run's whole log are read from here (Orchestration/Api/TaskLogReader.cs); by the primary key all its lines would have to be sorted.
alter table task_log add key task_log_time (run_id, logged_at);
