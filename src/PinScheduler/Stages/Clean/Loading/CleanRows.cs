using System.Numerics;
using System.Runtime.InteropServices;
using PinScheduler.Stages.Clean.Rules;

namespace PinScheduler.Stages.Clean.Loading;

/// <summary>The accepted records of landing files, chunk by chunk: as rows of the clean table and of the fact table.</summary>
internal sealed class CleanRows(LandedLines lines, LineCleaner cleaner, CleanBuffers buffers, Action<long> read)
{
    private readonly RowsOfIndex _rows = new();

    /// <summary>The chunks in turn, each until the one after next is asked for: while the server takes one in, the next is made.</summary>
    public async Task LoadAsync(Func<CleanChunk, Task> load, CancellationToken cancellationToken)
    {
        var next = FillAsync(buffers.Chunks[0], cancellationToken);
        for (var i = 0; await next; i ^= 1)
        {
            next = Task.Run(() => FillAsync(buffers.Chunks[i ^ 1], cancellationToken), CancellationToken.None);
            try
            {
                await load(buffers.Chunks[i]);
            }
            finally
            {
                // whatever became of the load, nobody may go on with the lines and the buffers; a failure of its own shows above, or comes second
                await Task.WhenAny(next);
            }
        }
    }

    private async Task<bool> FillAsync(CleanChunk chunk, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        chunk.Clear();
        buffers.Names?.Trim();
        var records = 0L;
        do
        {
            records += TakeLines(chunk);
        }
        while (chunk.Clean.Length < lines.ChunkBytes && await lines.ReadAsync(cancellationToken));

        // rows of one index stay as they came: few, and next to each other either way
        CollectionsMarshal.AsSpan(chunk.Order).Sort();
        await AddFactsAsync(chunk, cancellationToken);
        read(records);
        return chunk.Rows.Count > 0;
    }

    private async Task AddFactsAsync(CleanChunk chunk, CancellationToken cancellationToken)
    {
        if (buffers.Names is { } names)
        {
            await names.ResolveAsync(cancellationToken);
        }

        var facts = chunk.Facts;
        for (var i = 0; i < chunk.Order.Count; i++)
        {
            var row = chunk.InOrder(i);
            facts.BeginRow();
            facts.Whole(row.Ind);
            facts.Bytes(row.Hash);
            facts.Whole(buffers.Names is null ? row.First : buffers.Names.IdOf(row.First ?? 0));
            facts.Whole(row.Second);
            facts.Whole(row.Source);
            facts.EndRow();
        }
    }

    /// <returns>How many records they were.</returns>
    private long TakeLines(CleanChunk chunk)
    {
        var (buffer, fact, records) = (chunk.Clean, buffers.Fact, 0L);
        while (buffer.Length < lines.ChunkBytes && lines.TryTake(out var line))
        {
            if (LineCleaner.IsBlank(line))
            {
                continue;
            }

            var file = lines.Current;
            file.Records++;
            records++;
            buffer.BeginRow();
            if (cleaner.Clean(line, buffer, fact, out var ind) is not null)
            {
                file.Rejected++;
                continue;
            }

            for (var nulls = buffer.NullsOfRow; nulls != 0; nulls &= nulls - 1)
            {
                file.Nulls[BitOperations.TrailingZeroCount(nulls)]++;
            }

            var hash = buffer.HashOfRow();
            if (!_rows.Add(ind, hash))
            {
                buffer.DropRow();
                continue;
            }

            file.Sent++;
            buffer.Bytes(hash);
            buffer.Whole(file.File.Id);
            var (start, length) = buffer.EndRow();
            chunk.Order.Add(((ulong)((uint)ind ^ 0x8000_0000) << 32) | (uint)chunk.Rows.Count);
            chunk.Rows.Add(new Row(ind, hash, start, length, fact.First, fact.Second, file.File.Id));
        }

        return records;
    }
}
