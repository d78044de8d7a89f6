-- The newest lines of a run's whole log are read from here, of all levels or from one up (Orchestration/Api/TaskLogReader.cs): with the level before the time, few lines of many are found without looking at the rest.
-- One statement and the same name: it may run twice.
alter table task_log drop key task_log_time, add key task_log_time (run_id, level, logged_at);
