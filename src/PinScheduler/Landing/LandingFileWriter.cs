using System.Buffers;

namespace PinScheduler.Landing;

/// <summary>
/// One landing file and its dead letters, from the first byte to their final names. Until <see cref="Publish"/> nobody sees them;
/// what a reader may rely on is the ledger's row, which comes after that.
/// </summary>
internal sealed class LandingFileWriter : IDisposable
{
    private static readonly byte[] NewLine = "\n"u8.ToArray();

    private readonly string _folder;
    private readonly LandingFileName _name;
    private readonly LandingSteps _steps;
    private readonly AppendFile _data;
    private readonly AppendFile _dead;
    private ArrayBufferWriter<byte>? _deadLine;

    public LandingFileWriter(string folder, LandingFileName name, long claim, LandingSteps steps)
    {
        _folder = folder;
        _name = name;
        _steps = steps;
        void Writing() => steps.Reached(LandingStep.Writing);
        _data = new AppendFile(Path.Combine(folder, LandingFileName.Temporary(name.Data, claim)), name.Packed, Writing);
        _dead = new AppendFile(Path.Combine(folder, LandingFileName.Temporary(name.DeadLetters, claim)), writing: Writing);
    }

    public LandingFileName Name => _name;

    public long Records { get; private set; }

    public long DeadLetters { get; private set; }

    public long Bytes => _data.Length;

    public long DiskBytes => _data.DiskLength;

    public long DeadBytes => _dead.Length;

    /// <summary>Dead letters included: they fill the disk alike.</summary>
    public long TotalBytes => _data.Length + _dead.Length;

    public string Checksum => _data.Checksum;

    public void Append(ReadOnlySpan<byte> line)
    {
        _data.Append(line);
        _data.Append(NewLine);
        Records++;
    }

    public void AppendDead(long offset, Bytes key, Bytes value, string reason)
    {
        _deadLine ??= new ArrayBufferWriter<byte>();
        _deadLine.ResetWrittenCount();
        DeadLetter.Write(_deadLine, _name.Partition, offset, key, value, reason);
        _dead.Append(_deadLine.WrittenSpan);
        DeadLetters++;
    }

    /// <summary>Everything is on disk, under the temporary names.</summary>
    public void Finish()
    {
        foreach (var file in Files)
        {
            file.Write();
            _steps.Reached(LandingStep.Written);
            file.FlushToDisk();
            _steps.Reached(LandingStep.Flushed);
        }
    }

    /// <summary>Gives the files their names; the folder's flush is the caller's, once for many.</summary>
    /// <param name="replacing">Whether files may stand there that are not what they should be.</param>
    public void Publish(bool replacing = false)
    {
        if (DeadLetters > 0)
        {
            Rename(_dead, _name.DeadLetters, replacing);
        }

        Rename(_data, _name.Data, replacing);
    }

    /// <summary>After a failure: the unfinished files need no room until the next drain.</summary>
    public void Discard()
    {
        Dispose();
        try
        {
            File.Delete(_data.Path);
            File.Delete(_dead.Path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // the next drain of the partition removes them
        }
    }

    public void Dispose()
    {
        _data.Dispose();
        _dead.Dispose();
    }

    private ReadOnlySpan<AppendFile> Files => DeadLetters > 0 ? new[] { _dead, _data } : new[] { _data };

    private void Rename(AppendFile file, string name, bool replacing)
    {
        file.Dispose();
        var to = Path.Combine(_folder, name);
        if (replacing)
        {
            File.Move(file.Path, to, overwrite: true);
        }
        else
        {
            DurableFiles.RenameWithoutReplacing(file.Path, to);
        }

        _steps.Reached(LandingStep.Renamed);
    }
}
