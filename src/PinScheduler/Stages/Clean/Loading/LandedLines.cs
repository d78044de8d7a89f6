namespace PinScheduler.Stages.Clean.Loading;

/// <summary>The lines of one or more landing files, which are counted by file.</summary>
internal abstract class LandedLines : IAsyncDisposable
{
    public abstract IReadOnlyList<FileTally> Files { get; }

    /// <summary>The file of the line that was taken last.</summary>
    public abstract FileTally Current { get; }

    /// <summary>Of how many bytes of rows a chunk gains most of what its sorting can.</summary>
    public abstract int ChunkBytes { get; }

    /// <summary>False where more must be read first; the span holds until the next call.</summary>
    /// <exception cref="DamagedFileException">The line is not there any more.</exception>
    public abstract bool TryTake(out ReadOnlySpan<byte> line);

    /// <summary>False at the end, when no line is left.</summary>
    public abstract ValueTask<bool> ReadAsync(CancellationToken cancellationToken);

    public abstract ValueTask DisposeAsync();
}
