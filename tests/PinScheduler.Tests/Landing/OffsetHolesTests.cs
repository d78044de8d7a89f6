using PinScheduler.Landing;

namespace PinScheduler.Tests.Landing;

public sealed class OffsetHolesTests
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 300)]
    [InlineData(2, 5_000_000_000)]
    public void Read_GivesWhatWasAdded_WhateverTheRuns(int seed, long widest)
    {
        var random = new Random(seed);
        var first = random.NextInt64(widest);
        var (holes, at, expected) = (new OffsetHoles(first), first, new List<(long, long)>());
        for (var run = 0; run < 500; run++)
        {
            var from = at + (run == 0 ? 0 : random.NextInt64(1, widest + 1));
            at = from + random.NextInt64(0, widest + 1);
            holes.Add(from, at);
            if (at > from)
            {
                expected.Add((from, at));
            }
        }

        Assert.Equal(expected, OffsetHoles.Read(first, holes.Bytes ?? []));
    }

    [Fact]
    public void Bytes_AreNone_WhenThereAreNoHoles() => Assert.Null(new OffsetHoles(5).Bytes);

    [Fact]
    public void Bytes_AreNone_WhenThereAreTooMany()
    {
        var holes = new OffsetHoles(0);
        for (var at = 0L; at < OffsetHoles.MaxBytes; at += 2)
        {
            holes.Add(at, at + 1);
        }

        Assert.True(holes.Bytes is { Length: > OffsetHoles.MaxBytes - 100 and <= OffsetHoles.MaxBytes } || holes.GivenUp);
        for (var at = (long)OffsetHoles.MaxBytes; !holes.GivenUp; at += 2)
        {
            holes.Add(at, at + 1);
        }

        Assert.Null(holes.Bytes);
    }
}
