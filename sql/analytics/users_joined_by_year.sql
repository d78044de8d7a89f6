-- name: users_joined_by_year
-- title: Users who joined in each year, 2015 to 2020
-- task: 9
-- columns: post_year, number_users_joined
-- tables: clean_user
-- chart: bar x=post_year y=number_users_joined

with joiners as (
    select year(date_joined) as post_year
    from clean_user
    where date_joined >= '2015-01-01' and date_joined < '2021-01-01'
)
select post_year, count(*) as number_users_joined
from joiners
group by post_year
order by post_year;
