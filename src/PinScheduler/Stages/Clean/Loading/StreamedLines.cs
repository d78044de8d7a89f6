using PinScheduler.Landing;

namespace PinScheduler.Stages.Clean.Loading;

/// <summary>The lines of one file as they come: for a file that is packed, or too large for <see cref="SortedLines"/>.</summary>
internal sealed class StreamedLines : LandedLines
{
    private readonly Stream _stream;
    private readonly LineReader _reader;

    public StreamedLines(LandingFolder folder, PendingFile file)
    {
        Current = new FileTally(file);
        _stream = file.Open(folder);
        _reader = new LineReader(_stream);
    }

    public override IReadOnlyList<FileTally> Files => [Current];

    public override FileTally Current { get; }

    // warehouse.md §3: sorted pieces of 16 MB gain most of what sorting can, of 4 MB a part; a little less than 8 MB, where the buffer would double
    public override int ChunkBytes => 15 * 512 * 1024;

    public override bool TryTake(out ReadOnlySpan<byte> line) => _reader.TryTake(out line);

    public override async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (await _reader.ReadAsync(cancellationToken))
            {
                return true;
            }
        }
        catch (InvalidDataException)
        {
            throw new DamagedFileException(Current.File, "is not as it was landed: it cannot be unpacked");
        }

        DamagedFileException.ThrowUnlessWhole(Current.File, _reader.Checksum);
        return false;
    }

    public override ValueTask DisposeAsync() => _stream.DisposeAsync();
}
