using CsCheck;
using PinScheduler.Stages.Clean.Loading;

namespace PinScheduler.Tests.Stages.Clean;

public sealed class RowsOfIndexTests
{
    private static readonly Gen<(int Ind, byte Row)[]> Rows = Gen.Select(Gen.Int[0, 3], Gen.Byte).Array[0, 300];

    [Fact]
    public void Row_IsKnown_OnlyWhenItCameBeforeBehindOthersOfItsIndex() => Rows.Sample(rows =>
    {
        var known = new RowsOfIndex();
        var before = new HashSet<byte>();
        int? index = null;
        foreach (var (ind, row) in rows.OrderBy(row => row.Ind))
        {
            if (ind != index)
            {
                before.Clear();
                index = ind;
            }

            var isNew = known.Add(ind, row);
            // of the first 64 it forgets none, of the others it may
            Assert.True(isNew == !before.Contains(row) || (isNew && before.Count >= 64));
            before.Add(row);
        }
    });

    [Fact]
    public void Row_IsKnown_OfTheFirst64()
    {
        var known = new RowsOfIndex();
        Assert.All(Enumerable.Range(0, 100), row => Assert.True(known.Add(0, (UInt128)row)));

        Assert.Equal(64, Enumerable.Range(0, 100).Count(row => !known.Add(0, (UInt128)row)));
    }

    [Fact]
    public void Row_IsNew_UnderAnotherIndex()
    {
        var known = new RowsOfIndex();

        Assert.Equal([true, false, true, true], new[] { (1, 7), (1, 7), (2, 7), (1, 7) }.Select(row => known.Add(row.Item1, (UInt128)row.Item2)));
    }
}
