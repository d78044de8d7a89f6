namespace PinScheduler.Stages.Clean.Loading;

/// <summary>Load lines as a stream that the server reads from: made in chunks, as the reader comes along.</summary>
internal abstract class LoadStream : Stream
{
    private ReadOnlyMemory<byte> _rest;

    /// <summary>Lines handed out; final once the stream has been read to its end.</summary>
    public long Rows { get; protected set; }

    /// <summary>Ends the stream early; what has been loaded of it is then to be rolled back.</summary>
    public CancellationToken Stop { get; set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> into, CancellationToken cancellationToken = default)
    {
        var copied = 0;
        while (copied < into.Length && !Stop.IsCancellationRequested)
        {
            if (_rest.IsEmpty && !TryNextLine(out _rest))
            {
                if (!await FillAsync(cancellationToken))
                {
                    break;
                }

                continue;
            }

            var part = _rest[..Math.Min(_rest.Length, into.Length - copied)];
            part.CopyTo(into[copied..]);
            copied += part.Length;
            _rest = _rest[part.Length..];
        }

        return copied;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read it asynchronously.");

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <summary>Makes the next chunk; false when there is no more.</summary>
    protected abstract Task<bool> FillAsync(CancellationToken cancellationToken);

    /// <summary>The chunk's lines in the order in which they are to be loaded.</summary>
    protected abstract bool TryNextLine(out ReadOnlyMemory<byte> line);
}
