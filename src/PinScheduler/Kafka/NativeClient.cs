using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace PinScheduler.Kafka;

/// <summary>
/// An instance of librdkafka of our own, for the two paths on which Confluent.Kafka's object a record is what costs most: producing and
/// draining. What is asked of it there stands in the class that does so; this one makes it, hands on its log, and ends it.
/// </summary>
internal sealed unsafe partial class NativeClient : IDisposable
{
    // a consumer that was assigned its partitions has no group to leave and no offsets to store
    private const int NoConsumerClose = 8;

    private readonly Action<int, string, string> _log;
    private GCHandle _self;

    static NativeClient() => Librdkafka.Register();

    /// <param name="type">Producer or consumer.</param>
    /// <param name="settings">librdkafka's own names and values.</param>
    /// <param name="events">RD_KAFKA_EVENT_* to be delivered on the main queue in the place of callbacks; 0: none.</param>
    /// <param name="log">Called by librdkafka's threads: syslog's level, facility, text.</param>
    /// <exception cref="KafkaException">A setting is unknown or wrong, or they do not go together.</exception>
    public NativeClient(NativeClientType type, IReadOnlyDictionary<string, string> settings, int events, Action<int, string, string> log)
    {
        _log = log;
        _self = GCHandle.Alloc(this);
        var error = new byte[512];
        var conf = rd_kafka_conf_new();
        try
        {
            foreach (var (key, value) in settings)
            {
                if (rd_kafka_conf_set(conf, key, value, error, (nuint)error.Length) != 0)
                {
                    throw new KafkaException(new Error(ErrorCode.Local_InvalidArg, Librdkafka.Text(error)));
                }
            }

            rd_kafka_conf_set_opaque(conf, GCHandle.ToIntPtr(_self));
            rd_kafka_conf_set_log_cb(conf, &Log);
            rd_kafka_conf_set_events(conf, events);
            Handle = rd_kafka_new((int)type, conf, error, (nuint)error.Length);
            if (Handle == IntPtr.Zero)
            {
                throw new KafkaException(new Error(ErrorCode.Local_InvalidArg, Librdkafka.Text(error)));
            }
        }
        catch
        {
            // it is librdkafka's only once the instance exists
            rd_kafka_conf_destroy(conf);
            _self.Free();
            throw;
        }
    }

    /// <summary>rd_kafka_t; zero once disposed.</summary>
    public IntPtr Handle { get; private set; }

    /// <summary>Blocks until librdkafka's threads have ended. A producer's unsent records are gone then: flush before; topics' handles are to be given back before.</summary>
    public void Dispose()
    {
        if (Handle != IntPtr.Zero)
        {
            rd_kafka_destroy_flags(Handle, NoConsumerClose);
            Handle = IntPtr.Zero;
            _self.Free();
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Log(IntPtr client, int level, byte* facility, byte* text)
    {
        if (rd_kafka_opaque(client) is var opaque && opaque != IntPtr.Zero)
        {
            ((NativeClient)GCHandle.FromIntPtr(opaque).Target!)._log(level, Marshal.PtrToStringUTF8((IntPtr)facility) ?? "", Marshal.PtrToStringUTF8((IntPtr)text) ?? "");
        }
    }

    [LibraryImport(Librdkafka.Name)]
    private static partial IntPtr rd_kafka_conf_new();

    [LibraryImport(Librdkafka.Name, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int rd_kafka_conf_set(IntPtr settings, string key, string value, byte[] error, nuint size);

    [LibraryImport(Librdkafka.Name)]
    private static partial void rd_kafka_conf_set_opaque(IntPtr settings, IntPtr opaque);

    [LibraryImport(Librdkafka.Name)]
    private static partial void rd_kafka_conf_set_log_cb(IntPtr settings, delegate* unmanaged[Cdecl]<IntPtr, int, byte*, byte*, void> log);

    [LibraryImport(Librdkafka.Name)]
    private static partial void rd_kafka_conf_set_events(IntPtr settings, int events);

    [LibraryImport(Librdkafka.Name)]
    private static partial void rd_kafka_conf_destroy(IntPtr settings);

    [LibraryImport(Librdkafka.Name)]
    private static partial IntPtr rd_kafka_new(int type, IntPtr settings, byte[] error, nuint errorSize);

    [LibraryImport(Librdkafka.Name)]
    private static partial IntPtr rd_kafka_opaque(IntPtr client);

    [LibraryImport(Librdkafka.Name)]
    private static partial void rd_kafka_destroy_flags(IntPtr client, int flags);
}
