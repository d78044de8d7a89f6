-- Messages to people (Orchestration/Events/ writes them, Notifications/ sends them): a row an event and channel, written by the transaction that makes the event true.
create table if not exists event_outbox (
    id bigint not null auto_increment primary key,
    -- the receiver's idempotency key: an event that had to be sent again comes under the same
    event_id char(32) not null,
    channel varchar(20) not null,
    kind varchar(20) not null,
    run_id bigint not null,
    facts mediumtext not null,
    created_at datetime(6) not null,
    -- counted before each try, so that one that takes the server down with it waits as long as any other
    attempts int not null default 0,
    next_attempt_at datetime(6) not null,
    sent_at datetime(6) null,
    given_up_at datetime(6) null,
    last_error varchar(1000) null,
    unique key event_outbox_event (event_id, channel),
    key event_outbox_due (channel, sent_at, given_up_at, next_attempt_at),
    key event_outbox_run (run_id)
) default character set utf8mb4 collate utf8mb4_bin;

-- The run with which a pipeline began to fail; null while its last whole run succeeded. Locked after the run's row, never before.
create table if not exists pipeline_health (
    pipeline varchar(50) not null primary key,
    failing_run bigint null,
    failing_since datetime(6) null
) default character set utf8mb4 collate utf8mb4_bin;
