-- Runs for a range of past dates (Orchestration/Backfill/), made one after another so that the nights between them are not kept waiting.
create table if not exists backfill (
    id bigint not null auto_increment primary key,
    pipeline varchar(50) not null,
    first_date date not null,
    last_date date not null,
    -- the date to look at next; behind last_date when all have been
    next_date date not null,
    parameters text not null,
    -- how many of its runs may be open at once
    `parallel` int not null,
    -- dates that have been done are done again
    forced tinyint not null,
    requested_by varchar(200) null,
    state varchar(20) not null,
    reason varchar(1000) null,
    created_at datetime(6) not null,
    ended_at datetime(6) null,
    key backfill_state (pipeline, state),
    constraint backfill_range check (first_date <= last_date and `parallel` >= 1),
    constraint backfill_states check (state in ('running', 'succeeded', 'failed', 'cancelled')),
    constraint backfill_end check ((ended_at is null) = (state = 'running'))
) default character set utf8mb4 collate utf8mb4_bin;
