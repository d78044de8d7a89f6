using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;

namespace PinScheduler.Stages.Clean.Rules;

/// <summary>Characters with Unicode's White_Space property; Rune.IsWhiteSpace knows exactly these (U+00A0 is one, U+001F, U+200B and U+FEFF are none).</summary>
internal static class WhiteSpace
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> text) => text.IsEmpty || !(IsSuspect(text[0]) || IsSuspect(text[^1])) ? text : TrimSuspect(text);

    private static ReadOnlySpan<byte> TrimSuspect(ReadOnlySpan<byte> text)
    {
        while (!text.IsEmpty && IsSuspect(text[0]) && Rune.DecodeFromUtf8(text, out var first, out var length) == OperationStatus.Done && Rune.IsWhiteSpace(first))
        {
            text = text[length..];
        }

        while (!text.IsEmpty && IsSuspect(text[^1]) && Rune.DecodeLastFromUtf8(text, out var last, out var length) == OperationStatus.Done && Rune.IsWhiteSpace(last))
        {
            text = text[..^length];
        }

        return text;
    }

    // nearly every text begins and ends with a printing ASCII character
    private static bool IsSuspect(byte end) => unchecked((sbyte)end) <= ' ';
}
