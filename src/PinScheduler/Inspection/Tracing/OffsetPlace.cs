using PinScheduler.Landing;

namespace PinScheduler.Inspection.Tracing;

/// <summary>
/// Where in a file's lines an offset is. Records and dead letters stand in the order of their offsets, each in a file of its own, and holes
/// in neither: so it takes the holes and the dead letters before it, and where holes were not kept, what there is of them can only be bounded.
/// </summary>
internal static class OffsetPlace
{
    /// <param name="file">The range, and how many records and dead letters are in it.</param>
    /// <param name="holes">As the ledger keeps them; null: there are none, or they were not kept.</param>
    /// <param name="deadBefore">Dead letters below the offset.</param>
    /// <param name="offset">One of the range.</param>
    /// <returns>The first and the last line, from 1, that it can be; null: there is no record.</returns>
    public static (long First, long Last)? Of(FileRange file, byte[]? holes, long deadBefore, long offset)
    {
        var width = file.LastOffset - file.FirstOffset + 1;
        var before = offset - file.FirstOffset;
        if (file.Consumed == 0)
        {
            return null;
        }

        if (width == file.Consumed)
        {
            return (before - deadBefore + 1, before - deadBefore + 1);
        }

        if (holes is null)
        {
            // all holes before it, or none of them
            var least = Math.Max(deadBefore, before - (width - file.Consumed));
            var most = Math.Min(before, file.Consumed - 1);
            return (least - deadBefore + 1, most - deadBefore + 1);
        }

        foreach (var (from, to) in OffsetHoles.Read(file.FirstOffset, holes))
        {
            if (to > offset)
            {
                if (from <= offset)
                {
                    return null;
                }

                break;
            }

            before -= to - from;
        }

        return (before - deadBefore + 1, before - deadBefore + 1);
    }
}

internal sealed record FileRange(long FirstOffset, long LastOffset, long Consumed);
