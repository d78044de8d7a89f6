-- What the SQL tasks found (Stages/Analyze/), per run. A run's rows are there as soon as its task has committed, and are shown as results
-- once the run has succeeded (Results/). `cells` is a row as a JSON array, as text: JSON columns would print numbers in the server's own way.
create table if not exists analysis_result (
    run bigint not null,
    analysis varchar(100) not null,
    sql_hash char(64) not null,
    column_names longtext not null,
    row_count bigint not null,
    milliseconds bigint not null,
    created_at datetime(6) not null,
    primary key (run, analysis),
    key analysis_result_analysis (analysis, run)
) default character set utf8mb4 collate utf8mb4_bin;

create table if not exists analysis_row (
    run bigint not null,
    analysis varchar(100) not null,
    ordinal bigint not null,
    cells longtext not null,
    primary key (run, analysis, ordinal)
) default character set utf8mb4 collate utf8mb4_bin;

create table if not exists check_result (
    run bigint not null,
    check_name varchar(100) not null,
    severity varchar(4) not null,
    sql_hash char(64) not null,
    column_names longtext not null,
    broken bigint not null,
    milliseconds bigint not null,
    created_at datetime(6) not null,
    primary key (run, check_name),
    constraint check_result_severity check (severity in ('warn', 'fail'))
) default character set utf8mb4 collate utf8mb4_bin;

-- The first of the rows that break a check's rule; `broken` counts them all.
create table if not exists check_row (
    run bigint not null,
    check_name varchar(100) not null,
    ordinal bigint not null,
    cells longtext not null,
    primary key (run, check_name, ordinal)
) default character set utf8mb4 collate utf8mb4_bin;
