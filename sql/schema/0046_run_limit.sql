-- What is watched of a run beside its state; written under the run's lock. A run without a deadline gets a row only when there is something to say.
create table if not exists run_limit (
    run_id bigint not null primary key,
    deadline_at datetime(6) null,
    missed_at datetime(6) null,
    -- when it was found to take over three times as long as usual
    slow_at datetime(6) null,
    -- ended and made running again: how long it took then says nothing
    reopened_at datetime(6) null
) default character set utf8mb4 collate utf8mb4_bin;
