-- How large each table was when a run had ended (Tables/); rows are the server's own estimate.
create table if not exists table_sample (
    run bigint not null,
    table_name varchar(64) not null,
    row_estimate bigint not null,
    data_bytes bigint not null,
    index_bytes bigint not null,
    sampled_at datetime(6) not null,
    primary key (run, table_name)
) default character set utf8mb4 collate utf8mb4_bin;

-- As in dim_category.
alter table dim_country add column seen_at datetime(6) not null default current_timestamp(6);
