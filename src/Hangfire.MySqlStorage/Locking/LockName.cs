using System.Security.Cryptography;
using System.Text;
using Hangfire.MySql.Sharing;
using Hangfire.MySql.Sql;

namespace Hangfire.MySql.Locking;

/// <summary>
/// Names for GET_LOCK. The server knows one space of names for all databases, folds case and takes 64 characters: so a hash of database, prefix and resource.
/// The first two in lower case: tables are found in any, and two processes that spell them differently must not have locks of their own.
/// </summary>
internal sealed class LockName(string database, string prefix)
{
    private const string Before = "hf:";
    private const int HashLength = 60;

    private readonly string _space = $"{database}\0{prefix}\0".ToLowerInvariant();

    public string Of(string resource) => Before + Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(_space + resource)))[..HashLength].ToLowerInvariant();

    /// <summary>The name of the lock on a job whose id the server has in a column, as an expression.</summary>
    public SqlBatch OfJob(SqlBatch sql, string column) => sql
        .Piece($"concat({Before}, left(sha2(concat({_space + SharedLock.Before}, ").Raw(column).Piece($", {SharedLock.After}), 256), {HashLength}))");
}
