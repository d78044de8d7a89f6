using PinScheduler.Inspection.Tracing;
using PinScheduler.Landing;

namespace PinScheduler.Tests.Inspection;

public sealed class OffsetPlaceTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Of_IsTheLine_WhateverHolesAndDeadLettersThereAre(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 50; round++)
        {
            var first = random.NextInt64(1000);
            // 0 a hole, 1 a dead letter, else a line
            var kinds = Enumerable.Range(0, random.Next(1, 200)).Select(_ => random.Next(round % 5 + 2)).ToArray();
            var (holes, position) = (new OffsetHoles(first), first);
            foreach (var (index, kind) in kinds.Index())
            {
                if (kind > 0)
                {
                    holes.Add(position, first + index);
                    position = first + index + 1;
                }
            }

            holes.Add(position, first + kinds.Length);
            var file = new FileRange(first, first + kinds.Length - 1, kinds.Count(kind => kind > 0));
            foreach (var (index, kind) in kinds.Index().Where(one => one.Item != 1))
            {
                var dead = kinds[..index].Count(one => one == 1);
                var line = kinds[..index].Count(one => one > 1) + 1;
                var exact = OffsetPlace.Of(file, holes.Bytes, dead, first + index);
                Assert.Equal(kind == 0 ? null : (line, line), exact);
                if (kind > 1)
                {
                    var (least, most) = OffsetPlace.Of(file, null, dead, first + index)!.Value;
                    Assert.InRange(line, least, most);
                }
            }
        }
    }
}
