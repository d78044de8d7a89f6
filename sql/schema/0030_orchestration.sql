-- Runs and their tasks (Orchestration/). Every change of a run's tasks locks the run's row first, so a run's state machine moves one step at a time.

-- A pipeline's definition as a run of it ran, SQL texts included in the version's hash.
create table if not exists pipeline_version (
    pipeline varchar(50) not null,
    version char(16) not null,
    definition mediumtext not null,
    created_at datetime(6) not null,
    primary key (pipeline, version)
) default character set utf8mb4 collate utf8mb4_bin;

-- One row a pipeline; locked by whatever starts runs of it.
create table if not exists pipeline_state (
    pipeline varchar(50) not null primary key,
    cron varchar(100) null,
    time_zone varchar(100) not null,
    -- instants up to here need no further thought; none before scheduled_from is owed
    last_scheduled_at datetime(6) not null,
    scheduled_from datetime(6) not null,
    paused_at datetime(6) null,
    paused_until datetime(6) null,
    paused_by varchar(200) null,
    paused_reason varchar(1000) null
) default character set utf8mb4 collate utf8mb4_bin;

create table if not exists run (
    id bigint not null auto_increment primary key,
    pipeline varchar(50) not null,
    version char(16) not null,
    logical_date date not null,
    state varchar(20) not null,
    `trigger` varchar(20) not null,
    requested_by varchar(200) null,
    parameters text not null,
    reason varchar(1000) null,
    scheduled_for datetime(6) null,
    -- the pipeline's key while the run holds the pipeline's only place
    active_of varchar(50) null,
    cancelled_at datetime(6) null,
    restarted_from varchar(100) null,
    created_at datetime(6) not null,
    started_at datetime(6) null,
    ended_at datetime(6) null,
    unique key run_instant (pipeline, scheduled_for),
    unique key run_active (active_of),
    key run_state (state, id),
    key run_pipeline (pipeline, id),
    constraint run_states check (state in ('queued', 'running', 'succeeded', 'failed', 'cancelled', 'skipped')),
    constraint run_triggers check (`trigger` in ('schedule', 'manual', 'api', 'cli', 'backfill')),
    constraint run_end check ((ended_at is null) = (state in ('queued', 'running')))
) default character set utf8mb4 collate utf8mb4_bin;

create table if not exists task_run (
    run_id bigint not null,
    task_key varchar(100) not null,
    ordinal int not null,
    state varchar(20) not null,
    reason varchar(1000) null,
    -- attempts counts every try, failures those since the last retry by hand that count against the limit
    attempts int not null,
    failures int not null,
    fence bigint not null,
    hangfire_job_id varchar(100) null,
    counts text null,
    error text null,
    server varchar(200) null,
    started_at datetime(6) null,
    ended_at datetime(6) null,
    retry_at datetime(6) null,
    primary key (run_id, task_key),
    constraint task_run_states check (state in ('waiting', 'queued', 'running', 'retrying', 'succeeded', 'failed', 'upstream_failed', 'skipped', 'cancelled'))
) default character set utf8mb4 collate utf8mb4_bin;

create table if not exists task_attempt (
    run_id bigint not null,
    task_key varchar(100) not null,
    attempt int not null,
    state varchar(20) not null,
    server varchar(200) null,
    hangfire_job_id varchar(100) not null,
    error text null,
    started_at datetime(6) not null,
    ended_at datetime(6) null,
    primary key (run_id, task_key, attempt),
    constraint task_attempt_states check (state in ('running', 'succeeded', 'failed', 'cancelled', 'handed_back', 'lost'))
) default character set utf8mb4 collate utf8mb4_bin;

-- Apart from task_run, so that progress never waits for a change of state.
create table if not exists task_progress (
    run_id bigint not null,
    task_key varchar(100) not null,
    fence bigint not null,
    done bigint not null,
    total bigint null,
    unit varchar(50) not null,
    updated_at datetime(6) not null,
    primary key (run_id, task_key)
) default character set utf8mb4 collate utf8mb4_bin;

create table if not exists task_log (
    run_id bigint not null,
    task_key varchar(100) not null,
    attempt int not null,
    seq int not null,
    logged_at datetime(6) not null,
    level varchar(11) not null,
    text text not null,
    primary key (run_id, task_key, attempt, seq)
) default character set utf8mb4 collate utf8mb4_bin;

create table if not exists run_warning (
    id bigint not null auto_increment primary key,
    run_id bigint not null,
    text_hash char(64) not null,
    -- a task's key, or null for the balance that is drawn when the run ends
    source varchar(100) null,
    text text not null,
    created_at datetime(6) not null,
    unique key run_warning_text (run_id, text_hash)
) default character set utf8mb4 collate utf8mb4_bin;

create table if not exists idempotency_key (
    pipeline varchar(50) not null,
    idempotency_key varchar(200) not null,
    body_hash char(64) not null,
    run_id bigint not null,
    created_at datetime(6) not null,
    primary key (pipeline, idempotency_key)
) default character set utf8mb4 collate utf8mb4_bin;

-- What each tick of a recurring job did; one that is delivered again does nothing.
create table if not exists schedule_tick (
    hangfire_job_id varchar(100) not null primary key,
    recurring_job varchar(160) not null,
    -- the instant for which Hangfire made the job
    fired_for datetime(6) not null,
    outcome varchar(1000) not null,
    created_at datetime(6) not null,
    key schedule_tick_recurring_job (recurring_job, fired_for)
) default character set utf8mb4 collate utf8mb4_bin;
