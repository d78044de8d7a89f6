using System.Buffers;
using PinScheduler.Landing;

namespace PinScheduler.Stages.Drain;

/// <summary>One partition's way from its next offset to the end that was noted: a file after the other.</summary>
internal sealed class PartitionDrain(DrainTarget target, PartitionClaim claim, long end, DrainOptions options, LandingSteps steps) : IDisposable
{
    private LandingFileWriter? _writer;
    private OffsetHoles _holes = new(claim.NextOffset);
    private long _consumed;

    public int Partition => claim.Partition;

    public PartitionClaim Claim => claim;

    /// <summary>Where the file at work begins.</summary>
    public long FirstOffset { get; private set; } = claim.NextOffset;

    /// <summary>Everything before it has been taken.</summary>
    public long Position { get; private set; } = claim.NextOffset;

    public long End => end;

    public bool Ended => Position >= end;

    public bool IsFull => _writer is not null && _writer.TotalBytes >= options.MaxFileBytes;

    /// <summary>There are offsets behind the last file: also where none of them held a record.</summary>
    public bool HasUnrecorded => Position > FirstOffset;

    public void Take(long offset, Bytes key, Bytes value)
    {
        if (offset >= end)
        {
            SkipToEnd();
            return;
        }

        if (offset < Position)
        {
            throw new InvalidOperationException($"Kafka's client gave offset {offset} of '{target.Topic.Name}' partition {Partition} again; {Position} was next.");
        }

        _holes.Add(Position, offset);
        _consumed++;
        Write(offset, key, value);
        Position = offset + 1;
    }

    public bool IsEnd(long offset) => offset >= end;

    /// <summary>The broker has nothing more before the end: what is missing are offsets without records.</summary>
    public void SkipToEnd()
    {
        _holes.Add(Position, end);
        Position = end;
    }

    /// <summary>The file at work is on disk.</summary>
    public void Finish() => Writer.Finish();

    /// <summary>The file at work has its name.</summary>
    /// <param name="replacing">See <see cref="LandingFileWriter.Publish"/>.</param>
    /// <returns>Its row, to be recorded once the folder is flushed.</returns>
    public LandingFile Publish(bool replacing = false)
    {
        Writer.Publish(replacing);
        return Describe();
    }

    /// <summary>The finished file's row.</summary>
    public LandingFile Describe() => new()
    {
        Topic = target.Topic,
        Partition = Partition,
        FirstOffset = FirstOffset,
        LastOffset = Position - 1,
        Consumed = _consumed,
        Records = Writer.Records,
        DeadLetters = Writer.DeadLetters,
        Bytes = Writer.Bytes,
        Checksum = Writer.Checksum,
        DiskBytes = Writer.DiskBytes,
        DeadBytes = Writer.DeadBytes,
        Holes = _holes.Bytes,
        Path = LandingFolder.Relative(target.Topic.Name, target.Date, Writer.Name.Data),
    };

    /// <summary>The row is committed; the next file begins here.</summary>
    public void Recorded()
    {
        Dispose();
        FirstOffset = Position;
        _holes = new OffsetHoles(Position);
        _consumed = 0;
    }

    public void Discard() => _writer?.Discard();

    public void Dispose()
    {
        _writer?.Dispose();
        _writer = null;
    }

    private LandingFileWriter Writer => _writer ??=
        new LandingFileWriter(target.Folder, new LandingFileName(target.Topic.Name, target.Topic.Ordinal, Partition, FirstOffset, target.Packed), claim.Number, steps);

    private void Write(long offset, Bytes key, Bytes value)
    {
        if (DeadReason(value, out var lineBreaks) is { } reason)
        {
            Writer.AppendDead(offset, key, value, reason);
        }
        else if (lineBreaks)
        {
            var line = ArrayPool<byte>.Shared.Rent(value.Span.Length);
            Writer.Append(line.AsSpan(0, JsonLine.Compact(value.Span, line)));
            ArrayPool<byte>.Shared.Return(line);
        }
        else
        {
            Writer.Append(value.Span);
        }
    }

    private string? DeadReason(Bytes value, out bool lineBreaks)
    {
        lineBreaks = false;
        if (value.IsNull)
        {
            return "tombstone: no value";
        }

        if (value.Span.Length > options.MaxValueBytes)
        {
            return $"oversized: {value.Span.Length} bytes, more than 'Pipeline:MaxValueBytes' ({options.MaxValueBytes})";
        }

        return JsonObjectCheck.Check(value.Span, out lineBreaks) switch
        {
            JsonVerdict.Object => null,
            JsonVerdict.Blank => "blank",
            JsonVerdict.NotUtf8 => "not valid UTF-8",
            JsonVerdict.NotObject => "JSON, but not an object",
            JsonVerdict.TooDeep => "not JSON nested at most 64 deep",
            _ => "not JSON",
        };
    }
}
