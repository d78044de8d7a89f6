create table if not exists `{prefix}Job` (
  `Id` bigint not null auto_increment,
  `StateId` bigint null,
  `StateName` varchar(100) null,
  `InvocationData` longtext not null,
  `Arguments` longtext not null,
  `CreatedAt` datetime(6) not null,
  `ExpireAt` datetime(6) null,
  primary key (`Id`),
  key `IX_Job_StateName` (`StateName`, `Id`),
  key `IX_Job_ExpireAt` (`ExpireAt`)
) engine=InnoDB row_format=dynamic default charset=utf8mb4 collate=utf8mb4_bin;

create table if not exists `{prefix}JobParameter` (
  `JobId` bigint not null,
  `Name` varchar(255) not null,
  `Value` longtext null,
  primary key (`JobId`, `Name`)
) engine=InnoDB row_format=dynamic default charset=utf8mb4 collate=utf8mb4_bin;

create table if not exists `{prefix}State` (
  `Id` bigint not null auto_increment,
  `JobId` bigint not null,
  `Name` varchar(100) not null,
  `Reason` longtext null,
  `CreatedAt` datetime(6) not null,
  `Data` longtext null,
  primary key (`Id`),
  key `IX_State_JobId` (`JobId`)
) engine=InnoDB row_format=dynamic default charset=utf8mb4 collate=utf8mb4_bin;

create table if not exists `{prefix}JobQueue` (
  `Id` bigint not null auto_increment,
  `JobId` bigint not null,
  `FetchedAt` datetime(6) null,
  `Queue` varchar(255) not null,
  `FetchToken` varchar(36) null,
  primary key (`Id`),
  key `IX_JobQueue_QueueAndFetchedAt` (`Queue`, `FetchedAt`, `Id`)
) engine=InnoDB row_format=dynamic default charset=utf8mb4 collate=utf8mb4_bin;

create table if not exists `{prefix}Counter` (
  `Id` bigint not null auto_increment,
  `Key` varchar(255) not null,
  `Value` bigint not null,
  `ExpireAt` datetime(6) null,
  primary key (`Id`),
  key `IX_Counter_Key` (`Key`)
) engine=InnoDB row_format=dynamic default charset=utf8mb4 collate=utf8mb4_bin;

create table if not exists `{prefix}AggregatedCounter` (
  `Id` bigint not null auto_increment,
  `Key` varchar(255) not null,
  `Value` bigint not null,
  `ExpireAt` datetime(6) null,
  primary key (`Key`),
  key `IX_AggregatedCounter_Id` (`Id`),
  key `IX_AggregatedCounter_ExpireAt` (`ExpireAt`)
) engine=InnoDB row_format=dynamic default charset=utf8mb4 collate=utf8mb4_bin;

create table if not exists `{prefix}Hash` (
  `Id` bigint not null auto_increment,
  `Key` varchar(255) not null,
  `Field` varchar(255) not null,
  `Value` longtext null,
  `ExpireAt` datetime(6) null,
  primary key (`Key`, `Field`),
  key `IX_Hash_Id` (`Id`),
  key `IX_Hash_ExpireAt` (`ExpireAt`)
) engine=InnoDB row_format=dynamic default charset=utf8mb4 collate=utf8mb4_bin;

create table if not exists `{prefix}List` (
  `Id` bigint not null auto_increment,
  `Key` varchar(255) not null,
  `Value` longtext null,
  `ExpireAt` datetime(6) null,
  primary key (`Id`),
  key `IX_List_Key` (`Key`, `Id`),
  key `IX_List_ExpireAt` (`ExpireAt`)
) engine=InnoDB row_format=dynamic default charset=utf8mb4 collate=utf8mb4_bin;

-- natural keys: an upsert on an AUTO_INCREMENT key with a second unique one deadlocks under load
create table if not exists `{prefix}Set` (
  `Id` bigint not null auto_increment,
  `Key` varchar(255) not null,
  `Value` varchar(512) not null,
  `Score` double not null,
  `ExpireAt` datetime(6) null,
  primary key (`Key`, `Value`),
  key `IX_Set_Id` (`Id`),
  key `IX_Set_Score` (`Key`, `Score`, `Id`),
  key `IX_Set_ExpireAt` (`ExpireAt`)
) engine=InnoDB row_format=dynamic default charset=utf8mb4 collate=utf8mb4_bin;

create table if not exists `{prefix}Server` (
  `Id` varchar(500) not null,
  `Data` longtext not null,
  `LastHeartbeat` datetime(6) null,
  primary key (`Id`),
  key `IX_Server_LastHeartbeat` (`LastHeartbeat`)
) engine=InnoDB row_format=dynamic default charset=utf8mb4 collate=utf8mb4_bin;
