using System.Buffers.Binary;

namespace PinScheduler.Ingestion;

/// <summary>The partition that murmur2_random, Java's default partitioner, gives a key.</summary>
internal static class Murmur2
{
    private const uint Seed = 0x9747b28c;
    private const uint M = 0x5bd1e995;
    private const int R = 24;

    public static int PartitionOf(ReadOnlySpan<byte> key, int partitions) => (int)((Hash(key) & 0x7fffffff) % (uint)partitions);

    private static uint Hash(ReadOnlySpan<byte> key)
    {
        unchecked
        {
            var hash = Seed ^ (uint)key.Length;
            for (; key.Length >= 4; key = key[4..])
            {
                var word = BinaryPrimitives.ReadUInt32LittleEndian(key) * M;
                word = (word ^ (word >> R)) * M;
                hash = (hash * M) ^ word;
            }

            for (var i = key.Length - 1; i >= 0; i--)
            {
                hash ^= (uint)key[i] << (8 * i);
            }

            hash = key.Length > 0 ? hash * M : hash;
            hash = (hash ^ (hash >> 13)) * M;
            return hash ^ (hash >> 15);
        }
    }
}
