-- Attempts in a row whose process died: beyond a limit the task is not delivered again.
alter table task_run add column lost int not null default 0 after failures;
