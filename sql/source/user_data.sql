-- Source table: who made the post `ind`.
create table user_data (
    ind int null,
    first_name text null,
    last_name text null,
    age int null,
    date_joined datetime null,
    key user_data_ind (ind)
) default character set utf8mb4 collate utf8mb4_bin;
