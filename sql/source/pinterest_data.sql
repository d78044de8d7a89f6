-- Source table: what was pinned. Nothing is unique here: `index` is the post's number, but nobody has ever enforced it.
create table pinterest_data (
    `index` int null,
    unique_id text null,
    title text null,
    description text null,
    poster_name text null,
    follower_count text null,
    tag_list text null,
    is_image_or_video text null,
    image_src text null,
    downloaded int null,
    save_location text null,
    category text null,
    key pinterest_data_index (`index`)
) default character set utf8mb4 collate utf8mb4_bin;
