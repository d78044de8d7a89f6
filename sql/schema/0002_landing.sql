-- The ledger of landing files (Landing/): what is on disk, from which offsets, and whether it has been cleaned.
create table if not exists landing_file (
    id bigint not null auto_increment primary key,
    data_set varchar(20) not null,
    topic varchar(249) not null,
    incarnation varchar(36) not null,
    `partition` int not null,
    first_offset bigint not null,
    last_offset bigint not null,
    records bigint not null,
    dead_letters bigint not null,
    bytes bigint not null,
    checksum char(32) not null,
    path varchar(1000) not null,
    run bigint null,
    cleaned_with varchar(64) null,
    created_at datetime(6) not null,
    unique key landing_file_range (topic, incarnation, `partition`, first_offset),
    key landing_file_run (run),
    key landing_file_data_set (data_set, cleaned_with),
    constraint landing_file_offsets check (last_offset >= first_offset and records >= 0 and dead_letters >= 0)
);

-- One row a partition: the next offset to drain. Locked by the transaction that records a file, which must begin exactly there.
create table if not exists landing_partition (
    topic varchar(249) not null,
    incarnation varchar(36) not null,
    `partition` int not null,
    next_offset bigint not null,
    primary key (topic, incarnation, `partition`)
);

-- The lives of a topic: deleted and created again it has another id and begins at offset 0.
create table if not exists topic_incarnation (
    topic varchar(249) not null,
    incarnation varchar(36) not null,
    ordinal int not null,
    first_seen datetime(6) not null,
    primary key (topic, incarnation),
    unique key topic_incarnation_ordinal (topic, ordinal)
);
