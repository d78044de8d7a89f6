-- the tables as Hangfire.MySqlStorage 2.0.3 makes them: types, keys and names of keys, in the order of its foreign keys
create table `{prefix}Job` (
  Id int not null auto_increment, StateId int null, StateName nvarchar(20) null, InvocationData longtext not null, Arguments longtext not null,
  CreatedAt datetime(6) not null, ExpireAt datetime(6) null,
  primary key (Id), key `IX_{prefix}Job_StateName` (StateName)
) engine=InnoDB default charset=utf8 collate=utf8_general_ci;

create table `{prefix}Counter` (
  Id int not null auto_increment, `Key` nvarchar(100) not null, `Value` int not null, ExpireAt datetime null,
  primary key (Id), key `IX_{prefix}Counter_Key` (`Key`)
) engine=InnoDB default charset=utf8 collate=utf8_general_ci;

create table `{prefix}AggregatedCounter` (
  Id int not null auto_increment, `Key` nvarchar(100) not null, `Value` int not null, ExpireAt datetime null,
  primary key (Id), unique key `IX_{prefix}CounterAggregated_Key` (`Key`)
) engine=InnoDB default charset=utf8 collate=utf8_general_ci;

create table `{prefix}DistributedLock` (
  Resource nvarchar(100) not null, CreatedAt datetime(6) not null
) engine=InnoDB default charset=utf8 collate=utf8_general_ci;

create table `{prefix}Hash` (
  Id int not null auto_increment, `Key` nvarchar(100) not null, Field nvarchar(40) not null, `Value` longtext, ExpireAt datetime(6) null,
  primary key (Id), unique key `IX_{prefix}Hash_Key_Field` (`Key`, Field)
) engine=InnoDB default charset=utf8 collate=utf8_general_ci;

create table `{prefix}JobParameter` (
  Id int not null auto_increment, JobId int not null, Name nvarchar(40) not null, `Value` longtext,
  primary key (Id), constraint `IX_{prefix}JobParameter_JobId_Name` unique (JobId, Name), key `FK_{prefix}JobParameter_Job` (JobId),
  constraint `FK_{prefix}JobParameter_Job` foreign key (JobId) references `{prefix}Job` (Id) on delete cascade on update cascade
) engine=InnoDB default charset=utf8 collate=utf8_general_ci;

create table `{prefix}JobQueue` (
  Id int not null auto_increment, JobId int not null, FetchedAt datetime(6) null, Queue nvarchar(50) not null, FetchToken nvarchar(36) null,
  primary key (Id), key `IX_{prefix}JobQueue_QueueAndFetchedAt` (Queue, FetchedAt)
) engine=InnoDB default charset=utf8 collate=utf8_general_ci;

create table `{prefix}JobState` (
  Id int not null auto_increment, JobId int not null, CreatedAt datetime(6) not null, Name nvarchar(20) not null, Reason nvarchar(100) null, Data longtext,
  primary key (Id), key `FK_{prefix}JobState_Job` (JobId),
  constraint `FK_{prefix}JobState_Job` foreign key (JobId) references `{prefix}Job` (Id) on delete cascade on update cascade
) engine=InnoDB default charset=utf8 collate=utf8_general_ci;

create table `{prefix}Server` (
  Id nvarchar(100) not null, Data longtext not null, LastHeartbeat datetime(6) null,
  primary key (Id)
) engine=InnoDB default charset=utf8 collate=utf8_general_ci;

create table `{prefix}Set` (
  Id int not null auto_increment, `Key` nvarchar(100) not null, `Value` nvarchar(256) not null, Score float not null, ExpireAt datetime null,
  primary key (Id), unique key `IX_{prefix}Set_Key_Value` (`Key`, `Value`)
) engine=InnoDB default charset=utf8 collate=utf8_general_ci;

create table `{prefix}State` (
  Id int not null auto_increment, JobId int not null, Name nvarchar(20) not null, Reason nvarchar(100) null, CreatedAt datetime(6) not null, Data longtext null,
  primary key (Id), key `FK_{prefix}HangFire_State_Job` (JobId),
  constraint `FK_{prefix}HangFire_State_Job` foreign key (JobId) references `{prefix}Job` (Id) on delete cascade on update cascade
) engine=InnoDB default charset=utf8 collate=utf8_general_ci;

create table `{prefix}List` (
  Id int not null auto_increment, `Key` nvarchar(100) not null, `Value` longtext null, ExpireAt datetime(6) null,
  primary key (Id)
) engine=InnoDB default charset=utf8 collate=utf8_general_ci;
