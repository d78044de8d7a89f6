-- Who may commit under a name: the one that took its number last (Database/Fence.cs).
create table if not exists task_fence (
    name varchar(255) not null primary key,
    number bigint not null
) default character set utf8mb4 collate utf8mb4_bin;
