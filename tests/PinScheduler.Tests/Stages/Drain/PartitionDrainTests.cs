using CsCheck;
using PinScheduler.Database;
using PinScheduler.Landing;
using PinScheduler.Stages.Drain;

namespace PinScheduler.Tests.Stages.Drain;

public sealed class PartitionDrainTests : IDisposable
{
    private static readonly LandingTopic Topic = new("pin", "t", "life", 1);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pinscheduler-partition-");

    [Fact]
    public void Files_CoverTheRangeWithoutGapOrOverlap_WhateverOffsetsACompactedTopicHasKept() =>
        Gen.Select(Gen.Int[0, 5].Array[0, 60], Gen.Int[0, 1000], Gen.Int[1, 60]).Sample(
            (steps, begin, size) =>
            {
                var folder = _folder.CreateSubdirectory(Guid.NewGuid().ToString("N")).FullName;
                // 0: the next offset; more: that many are missing before it
                var offsets = steps.Aggregate(new List<long>(), (kept, hole) => [.. kept, (kept.Count == 0 ? begin : kept[^1] + 1) + hole]);
                var end = (offsets.Count == 0 ? begin : offsets[^1] + 1) + steps.Length;
                using var drain = new PartitionDrain(
                    new DrainTarget(Topic, new DateOnly(2026, 11, 22), folder, Packed: false, new Fence("f", 1)),
                    new PartitionClaim(0, begin, 1), end, new DrainOptions { MaxFileBytes = size }, new LandingSteps());
                var files = new List<LandingFile>();
                foreach (var offset in offsets)
                {
                    drain.Take(offset, default, new Bytes("{}"u8));
                    RecordIf(drain.IsFull);
                }

                // Kafka says that there is nothing more before the end
                Assert.True(drain.IsEnd(end));
                drain.SkipToEnd();
                RecordIf(drain.HasUnrecorded);

                Assert.True(drain.Ended);
                Assert.Equal(offsets.Count, files.Sum(file => file.Records));
                Assert.Equal(end > begin ? begin : end, files.Count > 0 ? files[0].FirstOffset : end);
                Assert.Equal(files.Skip(1).Select(file => file.FirstOffset), files.SkipLast(1).Select(file => file.LastOffset + 1));
                Assert.Equal(end, files.Count > 0 ? files[^1].LastOffset + 1 : end);
                Assert.All(files, file => Assert.Equal(file.Records, offsets.Count(offset => offset >= file.FirstOffset && offset <= file.LastOffset)));

                void RecordIf(bool due)
                {
                    if (due)
                    {
                        drain.Finish();
                        files.Add(drain.Publish());
                        drain.Recorded();
                    }
                }
            },
            iter: 200);

    public void Dispose() => _folder.Delete(recursive: true);
}
