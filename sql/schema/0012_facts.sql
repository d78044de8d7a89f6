-- What the analyses read (Stages/Clean/ fills it in the transaction that cleans a file): beside each clean table a narrow one with a row
-- for each of its rows, under the same key. Names that are grouped by stand in dictionaries; 0 is the id of none, as a year 0 is none.
create table if not exists dim_category (
    id int not null auto_increment primary key,
    name varchar(255) not null,
    unique key dim_category_name (name)
) default character set utf8mb4 collate utf8mb4_bin;

create table if not exists dim_country (
    id int not null auto_increment primary key,
    name varchar(255) not null,
    unique key dim_country_name (name)
) default character set utf8mb4 collate utf8mb4_bin;

create table if not exists fact_pin (
    ind int not null,
    h binary(16) not null,
    category_id int not null,
    follower_count int null,
    src bigint not null,
    primary key (ind, h),
    key fact_pin_src (src),
    key fact_pin_follower_count (follower_count)
) default character set utf8mb4 collate utf8mb4_bin;

create table if not exists fact_geo (
    ind int not null,
    h binary(16) not null,
    country_id int not null,
    post_year smallint not null,
    src bigint not null,
    primary key (ind, h),
    key fact_geo_src (src)
) default character set utf8mb4 collate utf8mb4_bin;

create table if not exists fact_user (
    ind int not null,
    h binary(16) not null,
    age smallint null,
    join_year smallint not null,
    src bigint not null,
    primary key (ind, h),
    key fact_user_src (src)
) default character set utf8mb4 collate utf8mb4_bin;

-- How many transactions have added files to a data set. Who adds locks the row last and holds it to its commit, so that numbers are
-- committed in their order; who sums up the data set so far shares it, so that nothing is added meanwhile (Stages/Analyze/Rollups/).
create table if not exists clean_order (
    data_set varchar(20) not null primary key,
    last_number bigint not null
) default character set utf8mb4 collate utf8mb4_bin;

-- How far each rollup has come: by data set, the rules of its rows and the last number of clean_order that is in it.
create table if not exists rollup_state (
    name varchar(100) not null primary key,
    sql_hash char(64) not null,
    marks text not null,
    rows_held bigint not null,
    built_at datetime(6) not null,
    updated_at datetime(6) not null
) default character set utf8mb4 collate utf8mb4_bin;
