-- What clean makes of the landing files (Stages/Clean/). A row is identified by its post and the hash `h` of all cleaned columns, so
-- equal rows are one; `src` is the landing file that brought it first. A table's comment names the rules by which it was filled:
-- it moves with the table when changed rules swap in a new one. Text has no limit but a record's, save where it is grouped by.
create table if not exists clean_pin (
    ind int not null,
    unique_id longtext null,
    title longtext null,
    description longtext null,
    follower_count int null,
    poster_name varchar(255) null,
    tag_list longtext null,
    is_image_or_video longtext null,
    image_src longtext null,
    save_location longtext null,
    category varchar(255) null,
    h binary(16) not null,
    src bigint not null,
    primary key (ind, h)
) default character set utf8mb4 collate utf8mb4_bin;

create table if not exists clean_geo (
    ind int not null,
    country varchar(255) null,
    -- a JSON array, as text: JSON columns would parse each row again and print its numbers in the server's own way
    coordinates varchar(60) null,
    `timestamp` datetime(6) null,
    h binary(16) not null,
    src bigint not null,
    primary key (ind, h)
) default character set utf8mb4 collate utf8mb4_bin;

create table if not exists clean_user (
    ind int not null,
    user_name longtext null,
    age int null,
    date_joined datetime(6) null,
    h binary(16) not null,
    src bigint not null,
    primary key (ind, h)
) default character set utf8mb4 collate utf8mb4_bin;

-- One row a file and set of rules, written by the transaction that cleaned it: that the row is there is the proof that the file's
-- records are in the table which those rules fill.
create table if not exists cleaned_file (
    landing_file bigint not null,
    rules varchar(64) not null,
    data_set varchar(20) not null,
    run bigint not null,
    records bigint not null,
    accepted bigint not null,
    duplicates bigint not null,
    rejected bigint not null,
    cleaned_at datetime(6) not null,
    primary key (landing_file, rules),
    key cleaned_file_run (run, data_set),
    key cleaned_file_data_set (data_set, rules),
    constraint cleaned_file_balance check (records = accepted + duplicates + rejected)
) default character set utf8mb4 collate utf8mb4_bin;

-- Records that became no row. While changed rules clean a data set anew, its rejects stand here under both.
create table if not exists rejected_record (
    data_set varchar(20) not null,
    file varchar(1000) not null,
    line bigint not null,
    reason varchar(255) not null,
    raw longtext not null,
    src bigint not null,
    rules varchar(64) not null,
    primary key (src, line, rules),
    key rejected_record_data_set (data_set, rules)
) default character set utf8mb4 collate utf8mb4_bin;
