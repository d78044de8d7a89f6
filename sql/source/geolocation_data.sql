-- Source table: where and when the post `ind` was made.
create table geolocation_data (
    ind int null,
    `timestamp` datetime null,
    latitude double null,
    longitude double null,
    country text null,
    key geolocation_data_ind (ind)
) default character set utf8mb4 collate utf8mb4_bin;
