using PinScheduler.Stages;
using PinScheduler.Stages.Clean;
using PinScheduler.Stages.Clean.Facts;

namespace PinScheduler.Tests.Stages.Clean;

public sealed class FactKeysTests
{
    private static readonly DataSet Pin = DataSet.All.Single(set => set.Key == "pin");
    private static readonly string[] All = ["PRIMARY", "fact_pin_follower_count", "fact_pin_src"];

    [Fact]
    public async Task Keys_AreLeftOffForALargeLoad_AndAreTheSameAfterIt()
    {
        await using var bench = await CleanBench.CreateAsync();
        var keys = new FactKeys(bench.Warehouse, TimeProvider.System, largeLoad: 10);
        var target = new CleanTarget(Pin, "rules", Pin.CleanTable);
        var context = await StageContexts.CreateAsync(bench.Warehouse, "clean-pin", 1);
        var before = await TableAsync(bench);

        await keys.BeforeLoadAsync(target, 9, context, default);
        Assert.Equal(All, await KeysAsync(bench));

        await keys.BeforeLoadAsync(target, 10, context, default);
        Assert.Equal(["PRIMARY"], await KeysAsync(bench));

        await keys.AfterLoadAsync(target, context, default);
        Assert.Equal(before, await TableAsync(bench));
    }

    [Fact]
    public async Task Keys_StayForALoadThatIsSmallBesideWhatIsThere()
    {
        await using var bench = await CleanBench.CreateAsync();
        await bench.LandAsync(Pin, 0, GoldenFiles.Records("plain", Pin));
        await bench.CleanAsync(Pin);
        var held = await bench.QueryAsync<(string Rules, long Rows)>("select rules, accepted from cleaned_file");
        var keys = new FactKeys(bench.Warehouse, TimeProvider.System, largeLoad: 1);
        var target = new CleanTarget(Pin, held[0].Rules, Pin.CleanTable);
        var context = await StageContexts.CreateAsync(bench.Warehouse, "clean-pin", 2);

        await keys.BeforeLoadAsync(target, held[0].Rows - 1, context, default);
        Assert.Equal(All, await KeysAsync(bench));

        await keys.BeforeLoadAsync(target, held[0].Rows, context, default);
        Assert.Equal(["PRIMARY"], await KeysAsync(bench));
    }

    [Fact]
    public async Task Keys_AreMadeByTheNextAttempt_WhenOneDiedBehindItsLoad()
    {
        await using var bench = await CleanBench.CreateAsync();
        await bench.ExecuteAsync("alter table fact_pin drop key fact_pin_src");

        await bench.CleanAsync(Pin);

        Assert.Equal(All, await KeysAsync(bench));
    }

    private static async Task<List<string>> KeysAsync(CleanBench bench) =>
        [.. (await bench.QueryAsync<string>("select distinct index_name from information_schema.statistics where table_schema = database() and table_name = 'fact_pin'")).Order(StringComparer.Ordinal)];

    private static async Task<string> TableAsync(CleanBench bench) =>
        (await bench.QueryAsync<(string Table, string Text)>("show create table fact_pin"))[0].Text;
}
