-- Offsets within a landing file's range that belong to no record: control records of transactions, aborted ones, what compaction took.
-- Only for files that have any, and only while the list is short (Landing/OffsetHoles); with it, an offset's line is known exactly.
create table if not exists landing_holes (
    topic varchar(249) not null,
    incarnation varchar(36) not null,
    `partition` int not null,
    first_offset bigint not null,
    holes mediumblob not null,
    primary key (topic, incarnation, `partition`, first_offset)
) default character set utf8mb4 collate utf8mb4_bin;
