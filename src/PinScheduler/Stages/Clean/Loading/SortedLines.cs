using System.Buffers.Text;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using PinScheduler.Landing;

namespace PinScheduler.Stages.Clean.Loading;

/// <summary>
/// The lines of several files in the order of their posts' index. A table that is filled in the order of its key grows page by page; in
/// any other, each row of a piece goes to a page of its own, which is read, half filled and written time and again: half as much again
/// of the server's time. The files are read twice: once whole for their checksums and where each line stands (8 bytes), then line by
/// line, mostly out of the system's cache.
/// </summary>
internal sealed class SortedLines : LandedLines
{
    /// <summary>Places are kept in 32 bits.</summary>
    public const long MostBytes = uint.MaxValue;

    private const int ShortLine = 16;

    private readonly List<FileTally> _files = [];

    // of the files that have lines: where each begins, if all stood behind one another
    private readonly List<uint> _starts = [];
    private readonly List<(FileTally Tally, SafeFileHandle Handle)> _opened = [];
    private readonly List<ulong> _lines;
    private readonly int _usualLine;
    private byte[] _buffer;
    private uint _end;
    private int _next;
    private FileTally? _current;

    private SortedLines(IReadOnlyCollection<PendingFile> files)
    {
        var records = files.Sum(static file => file.Records);
        _lines = new List<ulong>((int)records);
        // most are read in one step, and not much of the next one with them
        _usualLine = (int)(files.Sum(static file => file.Bytes) / Math.Max(records, 1) * 5 / 4) + ShortLine;
        _buffer = new byte[_usualLine];
    }

    public override IReadOnlyList<FileTally> Files => _files;

    public override FileTally Current => _current ?? throw new InvalidOperationException("No line has been taken yet.");

    // pieces of what is sorted already need not be large; a little less than 4 MB, where the buffer would double
    public override int ChunkBytes => 15 * 256 * 1024;

    /// <summary>The first file that cannot be read as it was landed; it is left out, and so are those of its partition behind it.</summary>
    public DamagedFileException? Damaged { get; private set; }

    /// <param name="folder">Where they stand.</param>
    /// <param name="files">None packed; less than <see cref="MostBytes"/> together.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async Task<SortedLines> OpenAsync(LandingFolder folder, IReadOnlyCollection<PendingFile> files, CancellationToken cancellationToken)
    {
        var lines = new SortedLines(files);
        try
        {
            foreach (var file in files.Where(file => file.Partition != lines.Damaged?.File.Partition))
            {
                await lines.AddAsync(folder, file, cancellationToken);
            }

            CollectionsMarshal.AsSpan(lines._lines).Sort();
            return lines;
        }
        catch
        {
            await lines.DisposeAsync();
            throw;
        }
    }

    public override bool TryTake(out ReadOnlySpan<byte> line)
    {
        if (_next == _lines.Count)
        {
            line = default;
            return false;
        }

        var place = (uint)_lines[_next++];
        var found = CollectionsMarshal.AsSpan(_starts).BinarySearch(place);
        var at = found >= 0 ? found : ~found - 1;
        (_current, var handle) = _opened[at];
        line = Read(handle, _current.File, place - _starts[at]);
        return true;
    }

    public override ValueTask<bool> ReadAsync(CancellationToken cancellationToken) => ValueTask.FromResult(false);

    public override ValueTask DisposeAsync()
    {
        _opened.ForEach(static file => file.Handle.Dispose());
        return ValueTask.CompletedTask;
    }

    /// <summary>What the line says of its index, as far as that can be seen without parsing it; wrong, it costs only time.</summary>
    internal static int IndexOf(ReadOnlySpan<byte> line)
    {
        var name = line.IndexOf("\"ind"u8);
        var colon = name < 0 ? -1 : line[name..].IndexOf((byte)':');
        return colon >= 0 && Utf8Parser.TryParse(line[(name + colon + 1)..].TrimStart(" \""u8), out int index, out _) ? index : 0;
    }

    private async Task AddAsync(LandingFolder folder, PendingFile file, CancellationToken cancellationToken)
    {
        var (before, end) = (_lines.Count, _end);
        try
        {
            await using var stream = file.Open(folder);
            var reader = new LineReader(stream);
            do
            {
                TakeLines(reader);
            }
            while (await reader.ReadAsync(cancellationToken));
            DamagedFileException.ThrowUnlessWhole(file, reader.Checksum);
            var tally = new FileTally(file);
            if (_end > end)
            {
                _opened.Add((tally, file.Handle(folder)));
                _starts.Add(end);
            }

            _files.Add(tally);
        }
        catch (DamagedFileException damaged)
        {
            Damaged ??= damaged;
            _lines.RemoveRange(before, _lines.Count - before);
            _end = end;
        }
    }

    private void TakeLines(LineReader reader)
    {
        while (reader.TryTake(out var line))
        {
            // as unsigned numbers of the same order; lines of one index stay as they came
            _lines.Add(((ulong)((uint)IndexOf(line) ^ 0x8000_0000) << 32) | _end);
            _end += (uint)line.Length + 1;
        }
    }

    private ReadOnlySpan<byte> Read(SafeFileHandle handle, PendingFile file, long at)
    {
        for (var length = 0; ;)
        {
            if (length == _buffer.Length)
            {
                Array.Resize(ref _buffer, checked(length * 2));
            }

            var rest = _buffer.AsSpan(length);
            var read = RandomAccess.Read(handle, length == 0 ? rest[.._usualLine] : rest, at + length);
            if (rest[..read].IndexOf((byte)'\n') is var end and >= 0)
            {
                return _buffer.AsSpan(0, length + end);
            }

            length += read;
            if (read == 0)
            {
                // the last line of a file may lack its end
                return at + length >= file.Bytes ? _buffer.AsSpan(0, length) : throw new DamagedFileException(file, "has become shorter while it was read");
            }
        }
    }
}
