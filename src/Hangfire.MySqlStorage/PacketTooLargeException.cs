using System.Globalization;

namespace Hangfire.MySql;

/// <summary>
/// Nothing was written, because the server does not take so large a packet: an argument, a result or another value is longer than the server's
/// <c>max_allowed_packet</c> allows. To try again is in vain.
/// </summary>
public sealed class PacketTooLargeException : InvalidOperationException
{
    /// <summary>Says nothing of the cause.</summary>
    public PacketTooLargeException()
    {
    }

    /// <summary>Says what happened.</summary>
    public PacketTooLargeException(string message) : base(message)
    {
    }

    /// <summary>Says what happened, and because of what.</summary>
    public PacketTooLargeException(string message, Exception? innerException) : base(message, innerException)
    {
    }

    internal static PacketTooLargeException Of(long size, long limit, IEnumerable<long> jobs)
    {
        var ids = jobs.Take(3).ToList();
        var of = ids.Count == 0 ? "" : $" for job {string.Join(", ", ids)}";
        return new(string.Create(
            CultureInfo.InvariantCulture,
            $"Nothing was written: what is to be stored{of} makes a packet of {size:N0} bytes, and the database server takes {limit:N0}. ")
            + "Set its max_allowed_packet higher and restart this process, or keep long values elsewhere and give the job, or return from it, only where they are.");
    }
}
