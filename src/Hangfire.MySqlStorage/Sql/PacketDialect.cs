using Hangfire.MySql.Schema;
using MySqlConnector;

namespace Hangfire.MySql.Sql;

/// <summary>
/// How the packets of this thread begin and end their transaction. The storage's own sessions are set for it; on a connection of the user's,
/// a transaction may be open already, and START TRANSACTION would commit it.
/// </summary>
internal sealed class PacketDialect : IDisposable
{
    /// <summary>For a session whose isolation level is not ours to set.</summary>
    public static readonly PacketDialect InSessionOfUser = new(text => text
        .Replace("start transaction;\n", "set transaction isolation level read committed;\nstart transaction;\n", StringComparison.Ordinal));

    /// <summary>Within a transaction: what fails is undone, and the transaction goes on or not as its owner wants.</summary>
    public static readonly PacketDialect InTransaction = new(text => text switch
    {
        "commit" => "release savepoint hangfire",
        "rollback" => "rollback to savepoint hangfire",
        _ => text
            .Replace("start transaction;\n", "savepoint hangfire;\n", StringComparison.Ordinal)
            .Replace("rollback;\n", "rollback to savepoint hangfire;\n", StringComparison.Ordinal)
            .Replace("commit;\n", "release savepoint hangfire;\n", StringComparison.Ordinal),
    });

    [ThreadStatic]
    private static PacketDialect? _current;

    private readonly Func<string, string> _translate;

    private PacketDialect(Func<string, string> translate) => _translate = translate;

    /// <summary>Applies to this thread until disposed.</summary>
    public static IDisposable Use(PacketDialect dialect)
    {
        _current = dialect;
        return dialect;
    }

    /// <summary>Whether a transaction may be one statement: MariaDB knows blocks outside of procedures, and in the storage's own sessions they are not another dialect's.</summary>
    public static bool HasBlocks(MySqlConnection connection) => _current is null && ServerVersion.IsMariaDb(connection);

    /// <summary>A packet's text, which holds no values: they are parameters.</summary>
    public static string Translate(string packet) => _current is null ? packet : _current._translate(packet);

    public void Dispose() => _current = null;
}
