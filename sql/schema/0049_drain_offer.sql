-- A drain with much before it lets other servers have partitions of its topic. An offer stands as long as its lock is held: it ends with whoever made it.
create table if not exists drain_offer (
    -- the task's attempt; whoever drains by the offer commits under it
    fence varchar(255) not null primary key,
    number bigint not null,
    data_set varchar(16) not null,
    run bigint not null,
    logical_date date not null,
    incarnation varchar(64) not null,
    -- {"partition": {"from": offset, "to": offset}}
    ranges longtext not null,
    -- how many partitions to take at a time
    most_partitions int not null,
    lock_key varchar(64) not null,
    offered_by varchar(64) not null
) default character set utf8mb4 collate utf8mb4_bin;
