-- What may be found in a thousand lines of an attempt's log (Orchestration/Jobs/LogDigest.cs), so that a search in a long one reads few of them. Lines without one are read.
create table if not exists task_log_digest (
    run_id bigint not null,
    task_key varchar(100) not null,
    attempt int not null,
    first_seq int not null,
    last_seq int not null,
    marks varbinary(4096) not null,
    primary key (run_id, task_key, attempt, first_seq)
) default character set utf8mb4 collate utf8mb4_bin;
