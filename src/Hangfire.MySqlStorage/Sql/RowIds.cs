namespace Hangfire.MySql.Sql;

/// <summary>
/// Ids as a table, to be joined: <c>from {ids} v straight_join t force index (primary) on t.Id = v.Id</c>. With "Id in (…)" the optimizer scans a small table as a
/// whole, and so waits for, and deadlocks with, transactions that hold rows which are not meant; the join finds each row by its key.
/// </summary>
internal readonly record struct RowIds(IEnumerable<long> Ids);
