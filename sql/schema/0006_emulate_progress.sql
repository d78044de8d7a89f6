-- How far a run's emulate has come, while it has not ended: its next attempt goes on behind that. Only as long as it is the same work (seed, posts) into the same lives of the topics.
create table if not exists emulate_progress (
    run bigint not null primary key,
    seed bigint not null,
    posts bigint not null,
    incarnations varchar(200) not null,
    confirmed bigint not null,
    draws bigint not null,
    constraint emulate_progress_possible check (confirmed between 0 and posts and draws >= confirmed)
) default character set utf8mb4 collate utf8mb4_bin;
