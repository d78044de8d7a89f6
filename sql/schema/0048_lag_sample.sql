-- How far the drain was behind, topic by topic and minute by minute (Inspection/Topics/); first by time, for it is read and removed by that.
create table if not exists lag_sample (
    sampled_at datetime not null,
    topic varchar(249) not null,
    -- sums over the topic's partitions
    end_offset bigint not null,
    drained_offset bigint not null,
    `lag` bigint not null,
    primary key (sampled_at, topic)
) default character set utf8mb4 collate utf8mb4_bin;
