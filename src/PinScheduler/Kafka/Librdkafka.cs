using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace PinScheduler.Kafka;

/// <summary>The native library that Confluent.Kafka has loaded, for the calls of it that Confluent.Kafka does not offer.</summary>
internal static partial class Librdkafka
{
    /// <summary>The name for [LibraryImport]; classes that use it call <see cref="Register"/> in their static constructor.</summary>
    public const string Name = "librdkafka-of-confluent-kafka";

    private static readonly Lazy<bool> Registered = new(() =>
    {
        NativeLibrary.SetDllImportResolver(typeof(Librdkafka).Assembly, static (name, _, _) => name == Name ? Handle!.Value : IntPtr.Zero);
        return true;
    });

    private static readonly Lazy<IntPtr> Handle = new(Find);

    static Librdkafka() => Register();

    public static void Register() => _ = Registered.Value;

    /// <summary>What is wrong with a setting, in librdkafka's words; null when it is known and its value is right.</summary>
    public static string? Check(string key, string value)
    {
        var settings = rd_kafka_conf_new();
        try
        {
            var error = new byte[512];
            return rd_kafka_conf_set(settings, key, value, error, (nuint)error.Length) == 0 ? null : Text(error);
        }
        finally
        {
            rd_kafka_conf_destroy(settings);
        }
    }

    public static string Text(byte[] terminated) => System.Text.Encoding.UTF8.GetString(terminated.AsSpan(0, Math.Max(0, Array.IndexOf(terminated, (byte)0))));

    private static IntPtr Find()
    {
        // forces Confluent.Kafka to choose among the builds that it brings, by what the system has
        _ = Library.Version;
        if (OperatingSystem.IsLinux())
        {
            var path = File.ReadLines("/proc/self/maps")
                .Select(line => line.IndexOf('/') is var at and >= 0 ? line[at..] : "")
                .FirstOrDefault(file => Path.GetFileName(file).Contains("librdkafka.so", StringComparison.Ordinal));
            if (path is not null)
            {
                return NativeLibrary.Load(path);
            }
        }

        return NativeLibrary.Load("librdkafka", typeof(Library).Assembly, DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories);
    }

    [LibraryImport(Name)]
    private static partial IntPtr rd_kafka_conf_new();

    [LibraryImport(Name)]
    private static partial void rd_kafka_conf_destroy(IntPtr settings);

    [LibraryImport(Name, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int rd_kafka_conf_set(IntPtr settings, string key, string value, byte[] error, nuint size);
}
