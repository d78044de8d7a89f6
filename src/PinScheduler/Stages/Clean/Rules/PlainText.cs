using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace PinScheduler.Stages.Clean.Rules;

/// <summary>Copies text up to the first byte that means something in a load line: backslash, tab, line feed, NUL. Looking and copying in one go is half the time.</summary>
internal static class PlainText
{
    /// <summary>So many bytes more than the text may be written to.</summary>
    public const int Slack = 32;

    /// <returns>How many bytes come before the first that means something.</returns>
    public static int Copy(ReadOnlySpan<byte> text, Span<byte> into)
    {
        ref var from = ref MemoryMarshal.GetReference(text);
        ref var to = ref MemoryMarshal.GetReference(into[..(text.Length + Slack)]);
        var length = text.Length;
        if (length < sizeof(ulong))
        {
            return CopyShort(text, ref to);
        }

        if (length < Vector128<byte>.Count)
        {
            var (head, tail) = (Unsafe.ReadUnaligned<ulong>(ref from), Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref from, length - sizeof(ulong))));
            Unsafe.WriteUnaligned(ref to, head);
            Unsafe.WriteUnaligned(ref Unsafe.Add(ref to, length - sizeof(ulong)), tail);
            var both = Special(Vector128.Create(head, tail).AsByte());
            return First(both & 0xFF, 0, First(both >> sizeof(ulong), length - sizeof(ulong), length));
        }

        if (length < Vector256<byte>.Count)
        {
            var (head, tail) = (Vector128.LoadUnsafe(ref from), Vector128.LoadUnsafe(ref from, (nuint)(length - Vector128<byte>.Count)));
            head.StoreUnsafe(ref to);
            tail.StoreUnsafe(ref to, (nuint)(length - Vector128<byte>.Count));
            return First(Special(head), 0, First(Special(tail), length - Vector128<byte>.Count, length));
        }

        var last = length - Vector256<byte>.Count;
        for (var at = 0; ; at = Math.Min(at + Vector256<byte>.Count, last))
        {
            var bytes = Vector256.LoadUnsafe(ref from, (nuint)at);
            bytes.StoreUnsafe(ref to, (nuint)at);
            var special = (Vector256.Equals(bytes, Vector256.Create((byte)'\\')) | Vector256.Equals(bytes, Vector256.Create((byte)'\t')) | Vector256.Equals(bytes, Vector256.Create((byte)'\n')) | Vector256.Equals(bytes, Vector256<byte>.Zero)).ExtractMostSignificantBits();
            if (special != 0)
            {
                return at + BitOperations.TrailingZeroCount(special);
            }

            if (at == last)
            {
                return length;
            }
        }
    }

    private static int CopyShort(ReadOnlySpan<byte> text, ref byte to)
    {
        var at = 0;
        for (; at < text.Length && text[at] is not ((byte)'\\' or (byte)'\t' or (byte)'\n' or 0); at++)
        {
            Unsafe.Add(ref to, at) = text[at];
        }

        return at;
    }

    private static int First(uint special, int start, int none) => special == 0 ? none : start + BitOperations.TrailingZeroCount(special);

    private static uint Special(Vector128<byte> bytes) =>
        (Vector128.Equals(bytes, Vector128.Create((byte)'\\')) | Vector128.Equals(bytes, Vector128.Create((byte)'\t')) | Vector128.Equals(bytes, Vector128.Create((byte)'\n')) | Vector128.Equals(bytes, Vector128<byte>.Zero)).ExtractMostSignificantBits();
}
