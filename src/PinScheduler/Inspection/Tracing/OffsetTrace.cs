using PinScheduler.Inspection.Topics;
using PinScheduler.Landing;

namespace PinScheduler.Inspection.Tracing;

/// <summary>From an offset to its file and line.</summary>
internal sealed class OffsetTrace(LandingReader ledger, FileLines lines, LandingStore store)
{
    /// <exception cref="NotInspectableException">Nothing of such a topic has ever been drained.</exception>
    public async Task<OffsetView> FindAsync(string topic, int partition, long offset, int? life, CancellationToken cancellationToken)
    {
        var (incarnation, ordinal) = await ledger.LifeAsync(topic, life, cancellationToken)
            ?? throw NotInspectableException.Unknown(life is null ? $"No topic '{topic}' has ever been drained; see the list of topics." : $"'{topic}' has had no life {life}; leave it out for the last.");
        var blank = new OffsetView(topic, ordinal, partition, offset, "", "", null);
        return await ledger.FileAtAsync(topic, incarnation, partition, offset, cancellationToken) is { } file
            ? await InFileAsync(blank, file, cancellationToken)
            : await InNoneAsync(blank, incarnation, cancellationToken);
    }

    private async Task<OffsetView> InNoneAsync(OffsetView blank, string incarnation, CancellationToken cancellationToken)
    {
        if (await ledger.GapAtAsync(blank.Topic, incarnation, blank.Partition, blank.Offset, cancellationToken) is var (first, last))
        {
            return blank with { State = "gap", Says = $"Kafka no longer had the offsets {first} to {last} when they were to be drained: their records are lost." };
        }

        var next = (await store.NextOffsetsAsync(blank.Topic, incarnation, cancellationToken)).GetValueOrDefault(blank.Partition);
        return blank.Offset >= next
            ? blank with { State = "notDrained", Says = $"Not drained yet: the next drain of partition {blank.Partition} begins at offset {next}." }
            : blank with { State = "gap", Says = $"Partition {blank.Partition} is drained up to offset {next - 1}, but the ledger has no file with this one: somebody has deleted its row." };
    }

    private async Task<OffsetView> InFileAsync(OffsetView blank, TracedFile traced, CancellationToken cancellationToken)
    {
        var file = traced.View;
        var (deadBefore, deadLine, reason) = (0L, (long?)null, (string?)null);
        if (file.DeadLetters > 0)
        {
            (deadBefore, deadLine, reason) = await lines.DeadLettersAsync(file.Path, blank.Offset, cancellationToken);
        }

        if (deadLine is not null)
        {
            return blank with { State = "deadLetter", Says = $"A dead letter ({reason}): line {deadLine} of {LandingFileName.DeadLettersOf(file.Path)}.", File = file, Line = deadLine, Reason = reason };
        }

        switch (OffsetPlace.Of(new FileRange(file.FirstOffset, file.LastOffset, traced.Consumed), await ledger.HolesAsync(traced, cancellationToken), deadBefore, blank.Offset))
        {
            case null:
                return blank with { State = "noRecord", Says = "No record has this offset: it is a transaction's marker, of an aborted transaction, or compaction took it.", File = file };
            case var (first, last) when first != last:
                return blank with { State = "between", Says = $"Between line {first} and {last} of {file.Path}, or no record at all: the file's range has {file.LastOffset - file.FirstOffset + 1 - traced.Consumed} offsets without records, and it was not kept which.", File = file, Between = [first, last] };
            case var (line, _):
                var rejected = await ledger.RejectionAsync(traced.Id, line, cancellationToken);
                var bytes = await lines.ReadAsync(file.Path, line, cancellationToken);
                return blank with
                {
                    State = "line",
                    Says = $"Line {line} of {file.Path}{(bytes is null ? file.RemovedAt is null ? ", which is not on disk as it was recorded" : ", which retention has removed" : "")}{(rejected is null ? "" : $"; clean rejected it: {rejected}")}.",
                    File = file,
                    Line = line,
                    Reason = rejected,
                    Record = bytes is null ? null : BytesView.Of(bytes, mayBeJson: true),
                };
        }
    }
}
