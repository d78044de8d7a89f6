-- What was done to a run by hand, by whom and why (Orchestration/Runs/RunActs.cs).
create table if not exists run_act (
    id bigint not null auto_increment primary key,
    run_id bigint not null,
    act varchar(20) not null,
    -- the task that was named; null where the act is the whole run's
    task_key varchar(100) null,
    -- a JSON list of the tasks that it changed
    tasks mediumtext not null,
    requested_by varchar(200) null,
    reason varchar(1000) null,
    created_at datetime(6) not null,
    key run_act_run (run_id)
) default character set utf8mb4 collate utf8mb4_bin;
