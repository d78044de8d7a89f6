-- Which server has set a pipeline's schedule, and its last sign of life: the server that was started last decides, and where it is gone
-- and another was configured otherwise, that one's comes back (Orchestration/Schedule/ScheduleKeeper.cs).
alter table pipeline_state
    add column scheduled_by varchar(100) null,
    add column scheduled_at datetime(6) null;
