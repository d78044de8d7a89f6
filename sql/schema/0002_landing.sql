-- The ledger of landing files (Landing/): what is on disk, from which offsets, and whether it has been cleaned.
create table if not exists landing_file (
    id bigint not null auto_increment primary key,
    data_set varchar(20) not null,
    topic varchar(249) not null,
    incarnation varchar(36) not null,
    `partition` int not null,
    first_offset bigint not null,
    -- the range covered, not the last record's: offsets of control records and of compacted ones belong to no record
    last_offset bigint not null,
    -- counted where Kafka's client hands over, apart from records and dead_letters: the run balances them
    consumed bigint not null,
    records bigint not null,
    dead_letters bigint not null,
    bytes bigint not null,
    checksum char(32) not null,
    -- relative to the landing folder, which can be moved
    path varchar(1000) not null,
    -- null where the server drained ahead of a run, until the next run takes the file over
    run bigint null,
    cleaned_with varchar(64) null,
    created_at datetime(6) not null,
    unique key landing_file_range (topic, incarnation, `partition`, first_offset),
    key landing_file_run (run, topic),
    key landing_file_data_set (data_set, cleaned_with),
    constraint landing_file_offsets check (last_offset >= first_offset and records >= 0 and dead_letters >= 0)
) default character set utf8mb4 collate utf8mb4_bin;

-- One row a partition: the next offset to drain, and the number of the drain that took the partition last.
-- Locked by the transaction that records a file, which must begin exactly there, under that number.
create table if not exists landing_partition (
    topic varchar(249) not null,
    incarnation varchar(36) not null,
    `partition` int not null,
    next_offset bigint not null,
    claim bigint not null,
    primary key (topic, incarnation, `partition`)
) default character set utf8mb4 collate utf8mb4_bin;

-- Offsets that the broker no longer had when they were to be drained.
create table if not exists landing_gap (
    topic varchar(249) not null,
    incarnation varchar(36) not null,
    `partition` int not null,
    first_offset bigint not null,
    last_offset bigint not null,
    run bigint null,
    created_at datetime(6) not null,
    primary key (topic, incarnation, `partition`, first_offset),
    key landing_gap_run (run, topic)
) default character set utf8mb4 collate utf8mb4_bin;

-- The lives of a topic: deleted and created again it has another id and begins at offset 0.
create table if not exists topic_incarnation (
    topic varchar(249) not null,
    incarnation varchar(36) not null,
    ordinal int not null,
    first_seen datetime(6) not null,
    primary key (topic, incarnation),
    unique key topic_incarnation_ordinal (topic, ordinal)
) default character set utf8mb4 collate utf8mb4_bin;
