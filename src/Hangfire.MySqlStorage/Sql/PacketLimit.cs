using System.Globalization;
using MySqlConnector;

namespace Hangfire.MySql.Sql;

/// <summary>
/// The server answers a packet above its max_allowed_packet by closing the session, and with it go the locks of all who share it. So a large packet is
/// measured before anything of its transaction is sent.
/// </summary>
internal static class PacketLimit
{
    /// <summary>Below this nothing is measured: servers take 16 MB by default, and took at least 1 MB in any version.</summary>
    private const long Small = 512 << 10;

    public static void Check(MySqlConnection connection, IReadOnlyCollection<SqlBatch> packets, IEnumerable<long> jobs)
    {
        // asked each time, because a session keeps the limit with which it began; it is a moment beside what such a packet takes
        long? limit = null;
        foreach (var packet in packets)
        {
            if (packet.MostBytes <= Small || packet.Bytes() is var size && size <= Small)
            {
                continue;
            }

            limit ??= connection.Query($"select @@session.max_allowed_packet", row => Convert.ToInt64(row.GetValue(0), CultureInfo.InvariantCulture))[0];
            if (size > limit)
            {
                throw PacketTooLargeException.Of(size, limit.Value, jobs);
            }
        }
    }
}
