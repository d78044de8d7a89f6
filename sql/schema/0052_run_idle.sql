-- How long, in microseconds, the run lay ended between its start and its last end, before it was retried: no part of what it took.
alter table run add column idle bigint not null default 0;
