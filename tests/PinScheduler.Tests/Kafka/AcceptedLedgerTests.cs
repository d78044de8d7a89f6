using CsCheck;
using PinScheduler.Kafka;

namespace PinScheduler.Tests.Kafka;

public class AcceptedLedgerTests
{
    [Fact]
    public void Pending_IsNeverLessThanTheTruthAndNothingInTheEnd_WhateverIsAddedAndDrained()
    {
        // positive: a record of that cost; negative: a drain up to that share of what is there
        Gen.Int[-100, 30_000].Array[1, 200].Sample(steps =>
        {
            var ledger = new AcceptedLedger();
            var (costs, drained) = (new List<long>(), 0);
            foreach (var step in steps)
            {
                if (step > 0)
                {
                    ledger.Of("t").Add(3, costs.Count, step);
                    costs.Add(step);
                }
                else
                {
                    drained += (costs.Count - drained) * -step / 100;
                    ledger.Drained("t", 3, drained);
                }

                var pending = ledger.Pending("t", 3);
                Assert.InRange(pending.Records, costs.Count - drained, costs.Count);
                Assert.InRange(pending.Bytes, costs.Skip(drained).Sum(), costs.Skip(drained).Sum() + 64 * 1024 + 30_000);
            }

            ledger.Drained("t", 3, costs.Count);
            Assert.Equal(default, ledger.Pending("t", 3));
            Assert.Empty(ledger.All());
        });
    }

    [Fact]
    public void Pending_HoldsARecordOfUnknownOffset_UntilTheOnesBeforeItAreDrained()
    {
        var ledger = new AcceptedLedger();
        ledger.Of("t").Add(0, 9, 100);
        ledger.Of("t").Add(0, -1, 100);

        ledger.Drained("t", 0, 9);
        Assert.Equal(new PendingRoom(200, 2), ledger.Pending("t", 0));
        ledger.Drained("t", 0, 10);
        Assert.Equal(default, ledger.Pending("t", 0));
    }

    [Theory]
    [InlineData(AcceptedLedger.RoomBytes, 1, 1.0)]
    [InlineData(AcceptedLedger.RoomBytes / 4, AcceptedLedger.RoomRecords / 2, 0.5)]
    public void Share_IsThatOfTheScarcerRoom(long bytes, long records, double share) => Assert.Equal(share, new PendingRoom(bytes, records).Share);
}
