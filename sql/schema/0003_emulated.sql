-- Where each topic ended when a run's emulate had sent its last record: the run's drains must come that far, in this life of the topic.
create table if not exists emulated_offset (
    run bigint not null,
    topic varchar(249) not null,
    incarnation varchar(36) not null,
    `partition` int not null,
    end_offset bigint not null,
    primary key (run, topic, incarnation, `partition`),
    constraint emulated_offset_positive check (end_offset >= 0)
) default character set utf8mb4 collate utf8mb4_bin;
