using System.Security.Cryptography;
using System.Text;

namespace Hangfire.MySql.Locking;

/// <summary>
/// Names for GET_LOCK. The server knows one space of names for all databases, folds case and takes 64 characters: so a hash of database, prefix and resource.
/// </summary>
internal sealed class LockName(string database, string prefix)
{
    public string Of(string resource)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{database}\0{prefix}\0{resource}"));
        return "hf:" + Convert.ToHexStringLower(hash)[..60];
    }
}
