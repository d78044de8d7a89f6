-- The tasks to which the run has gone back by itself, with a comma between them: once to each until somebody retries.
alter table run modify restarted_from varchar(1000) null;
