namespace PinScheduler.Orchestration.Jobs;

/// <summary>Of a thousand lines of a log, a mark for each four letters that stand next to each other in them, of either case: a text is not in them where a mark of it is missing.</summary>
internal sealed class LogDigest
{
    /// <summary>So few that a text which is in one line of a log has little beside it read.</summary>
    public const int MostLines = 1_000;

    // three hundredths of the lines' own size. With ten sequences a line that no other has, a quarter of the marks is set: of texts of seven letters one in 250 is looked for in vain
    private const int Bytes = 4_096;

    // three of a number's digits are soon in some line or other
    private const int Letters = 4;

    private readonly byte[] _marks = new byte[Bytes];

    public int First { get; private set; }

    public int Last { get; private set; }

    public byte[] Marks => _marks;

    public bool IsFull => First > 0 && Last - First + 1 >= MostLines;

    /// <summary>The attempt's next line; after one that is not the next it begins anew.</summary>
    public void Add(int line, string text)
    {
        if (First == 0 || line != Last + 1)
        {
            Array.Clear(_marks);
            First = line;
        }

        Last = line;
        for (var at = 0; at + Letters <= text.Length; at++)
        {
            var mark = MarkOf(text, at);
            _marks[mark >> 3] |= (byte)(1 << (mark & 7));
        }
    }

    /// <summary>Begins anew.</summary>
    public void Clear()
    {
        Array.Clear(_marks);
        (First, Last) = (0, 0);
    }

    /// <summary>False: the text is in none of the lines.</summary>
    public static bool MayHave(byte[] marks, string text)
    {
        for (var at = 0; at + Letters <= text.Length; at++)
        {
            var mark = MarkOf(text, at);
            if ((marks[mark >> 3] & (1 << (mark & 7))) == 0)
            {
                return false;
            }
        }

        return true;
    }

    // stored: it may never change
    private static int MarkOf(string text, int at)
    {
        var hash = (uint)char.ToUpperInvariant(text[at]);
        hash = (hash * 0x9E3779B1) ^ char.ToUpperInvariant(text[at + 1]);
        hash = (hash * 0x85EBCA6B) ^ char.ToUpperInvariant(text[at + 2]);
        hash = (hash * 0xC2B2AE35) ^ char.ToUpperInvariant(text[at + 3]);
        return (int)((hash * 0x27D4EB2F) >> 17);
    }
}
